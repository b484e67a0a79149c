import csv
import os
import sys

import pytest

from pipelines.files.names import read_name
from pipelines.scoring import score_table
from pipelines.scoring.score_table import write_score_table

COLUMNS = ("clip", "start_seconds", "anomaly_score", "decision", "valid")
ROWS = [
    {
        "clip": f"{place},\n\u2603.wav",
        "start_seconds": place / 3,
        "anomaly_score": None if place % 5 == 0 else -place / 7,
        "decision": place % 3 - 1,
        "valid": place % 2 == 0,
    }
    for place in range(25)
]


def test_csv_holds_every_row_at_full_precision(tmp_path):
    path = tmp_path / "scores.csv"
    write_score_table(path, iter(ROWS), COLUMNS)
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == COLUMNS
    for row, cells in zip(ROWS, read, strict=True):
        score = cells["anomaly_score"]
        assert read_name(cells["clip"]) == row["clip"]
        assert float(cells["start_seconds"]) == row["start_seconds"]
        assert (float(score) if score else None) == row["anomaly_score"]
        assert cells["valid"] == ("true" if row["valid"] else "false")


def test_parquet_holds_the_same_in_types_of_its_own(tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(score_table, "ROW_GROUP", 10)
    path = tmp_path / "scores.parquet"
    write_score_table(path, iter(ROWS), COLUMNS)
    file = parquet.ParquetFile(path)
    assert file.num_row_groups == 3
    types = dict(zip(COLUMNS, map(str, file.schema_arrow.types), strict=True))
    assert types["anomaly_score"] == "float"
    assert types["decision"] == "int32"
    assert types["valid"] == "bool"
    for row, read in zip(ROWS, file.read().to_pylist(), strict=True):
        expected = row["anomaly_score"]
        if expected is not None:
            expected = pytest.approx(expected, rel=1e-6)
        read["clip"] = read_name(read["clip"])
        assert read == {**row, "anomaly_score": expected}


@pytest.mark.parametrize("suffix", score_table.SUFFIXES)
def test_a_folder_is_no_table(tmp_path, suffix):
    folder = tmp_path / f"scores{suffix}"
    folder.mkdir()
    with pytest.raises(ValueError, match="`out` must be a file.* a folder"):
        score_table.check_table(folder)


@pytest.mark.parametrize("suffix", score_table.SUFFIXES)
def test_a_name_that_is_no_text_ends_no_table(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow.parquet")
    path = tmp_path / f"scores{suffix}"
    write_score_table(path, [{"clip": os.fsdecode(b"\xff.wav")}], ["clip"])
    assert rb"\xff.wav" in path.read_bytes()


def test_a_table_that_fails_leaves_the_one_that_was(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("old")
    with pytest.raises(KeyError):
        write_score_table(path, [{"clip": "a.wav"}], ["clip", "machine"])
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["scores.csv"]


def test_without_pyarrow_parquet_names_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match=r"keras-asd\[parquet\]"):
        score_table.check_table(tmp_path / "scores.parquet")
