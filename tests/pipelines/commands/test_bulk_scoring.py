"""Lists, shards and `merge`, as the guide on bulk scoring shows them."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest

from keras_asd.__main__ import main
from tests.hand_made_model import write_version

GUIDE = pathlib.Path(__file__).parents[3] / "docs" / "bulk_scoring.md"
# Writes its words to a file; they are run later, in this process.
SHIM = """#!/bin/bash
printf '%q ' "$@" >> "$WORDS"
echo >> "$WORDS"
"""


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "saved_models" / "first"
    return write_version(folder / "1")


@pytest.fixture
def place(version, write_hum, tmp_path, monkeypatch):
    """A folder with a model and a list of 70 clips, one of them missing."""
    monkeypatch.chdir(tmp_path)
    os.symlink(version.parents[1], "saved_models")
    contents = [
        write_hum("clip.wav", seconds=seconds).read_bytes()
        for seconds in (0.1, 0.12, 0.1)
    ]
    lines = ["path,machine"]
    for index in range(70):
        path = tmp_path / "line1" / f"{index:02d}.wav"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(contents[index % 3])
        lines.append(f"line1/{index:02d}.wav,{('fan', 'pump')[index % 2]}")
    (tmp_path / "line1" / "33.wav").unlink()
    (tmp_path / "clips.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def run_shell(script, folder, **variables):
    """Runs a script, and then the commands of ours that it started."""
    words = folder / "words"
    words.write_text("")
    shim = folder / "bin" / "keras-asd"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(SHIM)
    shim.chmod(0o755)
    environment = {
        **os.environ,
        **variables,
        "PATH": f"{shim.parent}:{os.environ['PATH']}",
        "WORDS": str(words),
    }
    subprocess.run(
        ["bash", "-ec", script], env=environment, cwd=folder, check=True
    )
    lines = sorted(words.read_text().splitlines())
    return [main(shlex.split(line)) for line in lines]


def blocks():
    text = GUIDE.read_text(encoding="utf-8")
    return re.findall(r"^```bash\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def without_threads(script):
    return re.sub(r"--threads \d", "", script)


def test_the_guide_does_what_it_says(place, capsys):
    _, xargs, slurm, _, merge = blocks()[:5]
    seq, together = xargs.splitlines()
    assert together == merge.strip()
    assert run_shell(without_threads(seq), place) == [0] * 4
    assert run_shell(merge, place) == [0]
    assert main(["score", "saved_models/first", "--clips", "clips.csv"]) == 0
    out = ["--out", "whole.csv"]
    assert (
        main(["score", "saved_models/first", "--clips", "clips.csv", *out]) == 0
    )
    whole = pathlib.Path("whole.csv").read_text()
    assert pathlib.Path("scores.csv").read_text() == whole
    assert len(whole.splitlines()) == 71
    assert "line1/33.wav,fan" not in whole and "missing" in whole
    capsys.readouterr()
    for index in range(4):
        environment = {"SLURM_ARRAY_TASK_ID": str(index)}
        assert run_shell(without_threads(slurm), place, **environment) == [0]
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"finished before: parts/part-{i}.csv" for i in range(4)]


def score(*words):
    return main(["score", "saved_models/first", *words])


def test_another_machine_may_have_the_list_elsewhere(place, tmp_path, capsys):
    assert (
        score("--clips", "clips.csv", "--shard", "0/2", "--out", "0.csv") == 0
    )
    (tmp_path / "mnt").mkdir()
    for name in ("clips.csv", "line1"):
        os.rename(name, tmp_path / "mnt" / name)
    words = ["--clips", "mnt/clips.csv", "--shard", "1/2", "--out", "1.csv"]
    assert score(*words) == 0
    assert main(["merge", "0.csv", "1.csv", "--out", "scores.csv"]) == 0
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert lines[1].startswith("line1/00.wav,fan,")
    assert lines[70].startswith("mnt/line1/69.wav,pump,")


def test_a_part_of_broken_clips_alone_is_whole(place, tmp_path, capsys):
    (tmp_path / "broken.csv").write_text("path,machine\ngone.wav,fan\n")
    words = ["--clips", "broken.csv", "--out", "a.csv"]
    assert score(*words) == 2
    words[-1] = "part.csv"
    assert score(*words, "--shard", "0/1") == 0


def test_the_machine_of_a_list_may_have_a_section_or_be_unknown(
    place, tmp_path, capsys
):
    (tmp_path / "list.csv").write_text(
        "path,machine,section,split\n"
        "line1/00.wav,fan,,train\nline1/01.wav,whale,id_00,test\n"
    )
    assert score("--clips", "list.csv", "--out", "a.csv") == 0
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[1].startswith("line1/00.wav,fan,0.")
    assert "its machine in the list is whale/id_00" in lines[2]


def test_another_part_is_left_as_it_is(place, capsys):
    words = ["--clips", "clips.csv", "--out", "part.csv", "--shard"]
    assert score(*words, "0/2") == 0
    before = pathlib.Path("part.csv").read_bytes()
    assert score(*words, "1/2") == 2
    assert score(*words, "0/2", "--window", "model") == 2
    assert "window_seconds: None then, 0.5 now" in capsys.readouterr().err
    assert pathlib.Path("part.csv").read_bytes() == before
