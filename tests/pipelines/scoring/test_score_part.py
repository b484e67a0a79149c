"""Shards of a list, and what a part of a table says of itself."""

import json

import pytest

from pipelines.scoring.score_part import beside
from pipelines.scoring.score_part import is_finished
from pipelines.scoring.score_part import part_facts
from pipelines.scoring.score_part import read_about
from pipelines.scoring.score_part import read_part_rows
from pipelines.scoring.score_part import write_part
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.shard import Shard
from pipelines.scoring.shard import read_shard

ROWS = [
    {
        "clip": "fan/\udcff\\a.wav",
        "machine": "fan",
        "anomaly_score": 0.1,
        "p_value": None,
        "decision": -1,
        "valid": False,
        "problem": "level",
    },
    {
        "clip": "=b.wav",
        "machine": "",
        "anomaly_score": None,
        "p_value": None,
        "decision": 0,
        "valid": True,
        "problem": "",
    },
]
FACTS = part_facts(Shard(1, 3), "a" * 64, "b" * 64, 500, ScoringSettings())


@pytest.fixture(params=[".csv", ".parquet"])
def part(request, tmp_path):
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"part{request.param}"
    write_part(path, iter(ROWS), list(ROWS[0]), FACTS, {"rows": 2})
    return path


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("number", [0, 1, 15, 16, 17, 100])
def test_every_clip_is_in_one_shard_and_chunks_stay_together(number, count):
    clips = list(range(number))
    taken = [Shard(index, count).take(clips, 4) for index in range(count)]
    assert sorted(clip for shard in taken for clip in shard) == clips
    for shard in taken:
        for place, clip in enumerate(shard):
            assert clip % 4 == place % 4


@pytest.mark.parametrize("text", ["4/4", "0/0", "1", "-1/4", "a/b", "0/4/1"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(ValueError, match="`shard` must be i/n"):
        read_shard(text)


def test_a_part_gives_its_rows_and_facts_back(part):
    about = read_about(part)
    assert about["binding"] == FACTS and about["rows"] == 2
    rows = list(read_part_rows(part))
    if part.suffix == ".parquet":
        assert rows[0].pop("anomaly_score") == pytest.approx(0.1)
        rows[0]["anomaly_score"] = 0.1
    assert rows == ROWS


def test_a_finished_part_is_known_and_another_refused(part):
    assert is_finished(part, FACTS)
    other = {**FACTS, "model": "c" * 64}
    with pytest.raises(ValueError, match="model: aa.* then, cc.* now"):
        is_finished(part, other)
    part.with_name(f"{part.name}.partial").touch()
    assert not is_finished(part, other)


def test_what_is_no_part_is_refused(part, tmp_path):
    for name, content in (
        ("a.parquet", b"PAR1"),
        ("a.csv", b"clip,machine\n"),
        ("b.csv", b"clip,machine\n"),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "b.csv.json").write_text(json.dumps({"binding": 3}))
    for name in ("a.parquet", "a.csv", "b.csv", "gone.csv"):
        with pytest.raises(ValueError, match=f"finished. Received: .*{name}"):
            read_about(tmp_path / name)


def test_a_changed_part_is_refused(tmp_path):
    path = tmp_path / "part.csv"
    write_part(path, iter(ROWS), list(ROWS[0]), FACTS, {})
    path.write_text(path.read_text().replace("0.1", "0.2"))
    with pytest.raises(
        ValueError, match=f"changed. Remove it and .*{path.name}"
    ):
        read_about(path)
    beside(path).unlink()
    with pytest.raises(ValueError, match="wrote and finished"):
        read_about(path)
