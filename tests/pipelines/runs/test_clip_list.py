import csv
import os
import pathlib

import pytest

from pipelines.datasets.clip import Clip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.clip_list import write_clip_list

BYTES = os.fsdecode(b"\xff\x1b")


@pytest.mark.parametrize(
    "name", ["a.wav", "a\r.wav", "a\nb,c.wav", "=1+1", "a\\n", BYTES]
)
def test_any_name_comes_back_and_makes_one_line(name, tmp_path):
    clip = Clip(pathlib.Path("d", name), name, name, "test", None)
    listed = [ListedClip(clip, "left out", "its name means a\rb")]
    path = tmp_path / "clips.csv"
    write_clip_list(path, listed)
    [found] = read_clip_list(path)
    assert (found.clip, found.reason) == (clip, r"its name means a\rb")
    assert len(path.read_text("utf-8").splitlines()) == 2
    with path.open(newline="", encoding="utf-8") as file:
        assert not next(csv.DictReader(file))["machine"].startswith("=")
