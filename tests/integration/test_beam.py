"""Apache Beam as the engine of `score`: the table of one process.

`make test-beam` makes the environment of `requirements/beam.txt` and runs this.
"""

import json
import os
import pathlib
import subprocess
import sys

import pytest

from keras_asd.__main__ import main
from tests.hand_made_model import write_version

pytest.importorskip("apache_beam")
# Beam's own, of grpc and of threads that outlive a pipeline.
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).parents[2]
TWO = "--direct_running_mode=multi_processing --direct_num_workers=2"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(write_version(tmp_path_factory.mktemp("models") / "1"))


@pytest.fixture
def place(model, write_hum, tmp_path, monkeypatch):
    """A list of 40 clips of two lengths; one is broken, one of no machine."""
    monkeypatch.chdir(tmp_path)
    lines = ["path,machine"]
    for index in range(40):
        seconds = 0.7 if index % 7 == 3 else 0.5
        write_hum(f"hall/{index:02d}.wav", hz=100 + index, seconds=seconds)
        machine = "whale" if index == 5 else ("fan", "pump")[index % 2]
        lines.append(f"hall/{index:02d}.wav,{machine}")
    (tmp_path / "hall" / "17.wav").write_text("no sound")
    (tmp_path / "clips.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.fixture
def score(model):
    def run(out, *words):
        line = ["score", model, "--clips", "clips.csv", "--batch_size", "2"]
        return main([*line, "--out", out, *words])

    return run


def letters(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    "flags", ["", "--runner=DirectRunner", "--share_model"]
)
def test_in_process_the_table_is_that_of_the_own_engine(
    place, score, flags, capsys
):
    assert score("own.csv") == 0
    assert score("beam.csv", "--engine", "beam", f"--beam={flags}") == 0
    assert (place / "beam.csv").read_bytes() == (place / "own.csv").read_bytes()
    said = letters(place / "beam.dead_letters.jsonl")
    assert [(one["clip_index"], one["clip"]) for one in said] == [
        (5, "hall/05.wav"),
        (17, "hall/17.wav"),
    ]
    assert "not audio" in said[1]["problem"]
    left = {path.name for path in place.iterdir()}
    assert left == {
        *("hall", "clips.csv", "own.csv", "beam.csv"),
        "beam.dead_letters.jsonl",
    }


def test_windows_are_in_order_too(place, score):
    words = ["--window", "0.3", "--hop", "0.2"]
    assert score("own.parquet", *words) == 0
    assert score("beam.parquet", *words, "--engine", "beam") == 0
    own = (place / "own.parquet").read_bytes()
    assert (place / "beam.parquet").read_bytes() == own


def test_in_two_processes_the_table_is_the_same(place, score, model):
    assert score("own.csv") == 0
    words = ["score", model, "--clips", "clips.csv", "--batch_size", "2"]
    words += ["--engine", "beam", "--threads", "1", "--out", "beam.csv"]
    done = subprocess.run(
        [sys.executable, "-m", "keras_asd", *words, f"--beam={TWO}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "wrote beam.csv\n"
    assert len(done.stderr.splitlines()) < 12, done.stderr
    assert (place / "beam.csv").read_bytes() == (place / "own.csv").read_bytes()


def test_a_folder_gets_parquet_in_no_order(place, score, capsys):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert score("scores/", "--engine", "beam") == 0
    table = parquet.read_table(list((place / "scores").glob("*.parquet")))
    assert sorted(table["clip_index"].to_pylist()) == list(range(40))
    assert sum(table["valid"].to_pylist()) == 20
    found = [*(place / "scores").glob("dead_letters*.jsonl")]
    assert sum(len(letters(path)) for path in found) == 2
    assert score("scores/", "--engine", "beam") == 2
    assert "must have no tables yet" in capsys.readouterr().err
    assert score("gs://bucket/a/", "--engine", "beam") == 2
    assert "or an address that" in capsys.readouterr().err


def test_the_counters_are_those_of_the_table(place, model):
    from pipelines.datasets.listed_clips import read_listed_clips
    from pipelines.programs.score_by_beam import score_by_beam
    from pipelines.scoring.scoring_settings import ScoringSettings

    counts = score_by_beam(
        model, read_listed_clips("clips.csv"), "a.csv", ScoringSettings()
    )
    assert counts == {
        **{"clips": 40, "rows": 40, "scored": 38, "broken": 2},
        "alarms": 0,
    }


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("--direct_num_worker=2 --direct_runing_mode=a", "direct_runing_mode"),
        ("--direct_num_workers=two", "direct_num_workers"),
        ("--direct_running_mode=threads", "direct_running_mode"),
    ],
)
def test_a_wrong_flag_is_told_in_a_line(place, score, flags, said, capsys):
    assert score("a.csv", "--engine", "beam", f"--beam={flags}") == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not (place / "a.csv").exists()


def test_globs_are_expanded(place, model):
    words = [model, "hall/1*.wav", "--machine", "fan", "--engine", "beam"]
    assert main(["score", *words, "--out", "a.csv"]) == 0
    assert len((place / "a.csv").read_text().splitlines()) == 11
