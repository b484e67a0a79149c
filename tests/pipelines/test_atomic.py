import os
import pathlib

import pytest

from pipelines.atomic import replacing
from pipelines.atomic import write_text


def test_a_failed_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "metrics.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError, match="killed"):
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("killed")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_place_keeps_the_suffix_and_the_folder(tmp_path):
    with replacing(tmp_path / "deep" / "model.keras") as temporary:
        assert temporary.suffix == ".keras"
        assert temporary.parent == tmp_path / "deep"
        temporary.write_bytes(b"whole")
    assert (tmp_path / "deep" / "model.keras").read_bytes() == b"whole"


def test_what_a_killed_writer_left_is_cleared_away(tmp_path):
    path = tmp_path / "model.keras"
    with replacing(path) as temporary:
        temporary.write_text("first")
    temporary.mkdir()
    (temporary / "half").write_text("left by a writer that was killed")
    with replacing(path) as temporary:
        temporary.write_text("second")
    assert path.read_text() == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_appears_whole(tmp_path):
    with replacing(tmp_path / "1") as temporary:
        temporary.mkdir()
        (temporary / "saved_model.pb").write_text("graph")
        assert not (tmp_path / "1").exists()
    assert (tmp_path / "1" / "saved_model.pb").read_text() == "graph"


def test_a_writer_that_wrote_nothing_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        with replacing(tmp_path / "metrics.json"):
            pass


def test_text_keeps_its_line_ends_and_names_their_bytes(tmp_path):
    name = os.fsdecode(b"caf\xe9.wav")
    write_text(tmp_path / "scores.csv", f"{name},0.5\nü.wav,1.0\n")
    assert pathlib.Path(tmp_path / "scores.csv").read_bytes() == (
        b"caf\xe9.wav,0.5\n\xc3\xbc.wav,1.0\n"
    )
