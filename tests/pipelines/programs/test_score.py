"""Tables of many clips: killed at any moment, each clip once."""

import csv
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import soundfile

from pipelines.datasets.recording_folder import find_recordings
from pipelines.programs.score import score_to_table
from pipelines.scoring.batch_scoring import score_columns
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.scoring_settings import ScoringSettings

SETTINGS = ScoringSettings(batch_size=4, num_threads=2)
WINDOWS = ScoringSettings(batch_size=4, num_threads=2, window_seconds=0.03)

# Scorers in forks of a process that has imported all, one for each line that
# it reads; slow enough to be killed while they work.
SCRIPT = """
import os, pathlib, sys, time
from pipelines.programs.score import score_to_table
from pipelines.datasets.recording_folder import find_recordings
sys.path.insert(0, sys.argv[3])
from tests.pipelines.programs import test_score as here
def score(*inputs):
    time.sleep(0.01)
    return here.peak(*inputs)
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        score_to_table(here.make_scorer(score), "0",
                       find_recordings([sys.argv[1]]),
                       pathlib.Path(sys.argv[2]), here.SETTINGS)
        os._exit(0)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def peak(waveforms, machines, false_alarm_rate):
    score = np.max(np.abs(waveforms), axis=1)
    return {
        "anomaly_score": score,
        "p_value": 1 - score,
        "decision": (score > 0.5).astype("int32"),
        "valid": np.ones(len(score), bool),
        "problem": np.full(len(score), ""),
    }


def make_scorer(score=peak):
    return ClipScorer(("fan",), 1_000, "mean", 100, score)


@pytest.fixture
def write_clips(tmp_path):
    def write(number):
        generator = np.random.default_rng(0)
        for place in range(number):
            path = tmp_path / "clips" / "fan" / f"{place:04d}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            length = 60 if generator.random() < 0.8 else 70
            soundfile.write(path, generator.uniform(-1, 1, length), 1_000)
            if place % 29 == 7:
                path.write_text("no sound, only words")
        return tmp_path / "clips"

    return write


def read(out):
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_killed_three_times_it_has_each_clip_once(write_clips, tmp_path):
    clips = write_clips(400)
    paths = find_recordings([str(clips)])
    whole = tmp_path / "whole.csv"
    num_scored = score_to_table(make_scorer(), "0", paths, whole, SETTINGS)
    assert num_scored == sum(row["problem"] == "" for row in read(whole))
    assert [row["clip"] for row in read(whole)] == paths
    out, partial = tmp_path / "out.csv", tmp_path / "out.csv.partial"
    root = os.path.abspath(f"{__file__}/../../../..")
    words = [sys.executable, "-c", SCRIPT, str(clips), str(out), root]
    with subprocess.Popen(
        words,
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        for generation in range(1, 5):
            process.stdin.write("go\n")
            process.stdin.flush()
            pid = int(process.stdout.readline())
            if generation < 4:
                before = partial.stat().st_size if partial.exists() else 0
                while (
                    not partial.exists()
                    or partial.stat().st_size < before + 9e3
                ):
                    assert not out.exists()
                    time.sleep(0.001)
                os.kill(pid, signal.SIGKILL)
            code = int(process.stdout.readline())
            assert code == (-signal.SIGKILL if generation < 4 else 0)
            assert out.exists() == (generation == 4)
    assert out.read_bytes() == whole.read_bytes()
    assert not partial.exists()


@pytest.mark.parametrize("settings", [SETTINGS, WINDOWS])
def test_from_wherever_it_was_cut_off_it_ends_the_same(
    settings, write_clips, tmp_path, monkeypatch
):
    paths = find_recordings([str(write_clips(30))])
    out = tmp_path / "scores.csv"
    partial = tmp_path / "scores.csv.partial"
    lengths = []

    def score(waveforms, *others):
        lengths.append(len(waveforms))
        return peak(waveforms, *others)

    def fail(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.programs.score.write_score_table", fail)
        with pytest.raises(KeyboardInterrupt):
            score_to_table(make_scorer(score), "0", paths, out, settings)
    log, unbroken = partial.read_bytes(), list(lengths)
    score_to_table(make_scorer(fail), "0", paths, out, settings)
    whole = out.read_bytes()
    assert not partial.exists()
    for length in np.random.default_rng(1).integers(0, len(log), 25):
        partial.write_bytes(log[:length])
        lengths.clear()
        score_to_table(make_scorer(score), "0", paths, out, settings)
        assert out.read_bytes() == whole
        assert lengths == unbroken[len(unbroken) - len(lengths) :]


def test_clips_that_came_since_are_scored_too(write_clips, tmp_path):
    paths = find_recordings([str(write_clips(20))])
    out = tmp_path / "scores.csv"

    def fail(waveforms, *_):
        raise MemoryError

    with pytest.raises(MemoryError):
        score_to_table(make_scorer(fail), "0", paths[:9], out, SETTINGS)
    score_to_table(make_scorer(), "0", paths, out, SETTINGS)
    assert [row["clip"] for row in read(out)] == paths


@pytest.mark.parametrize(
    ("digest", "settings"),
    [("1", SETTINGS), ("0", WINDOWS), ("0", ScoringSettings(machine="fan"))],
)
def test_what_another_model_or_setting_left_is_refused(
    write_clips, tmp_path, digest, settings
):
    paths = find_recordings([str(write_clips(3))])
    out = tmp_path / "scores.csv"

    def fail(*_):
        raise MemoryError

    with pytest.raises(MemoryError):
        score_to_table(make_scorer(fail), "0", paths, out, SETTINGS)
    with pytest.raises(ValueError, match="then, .* now. Remove .*partial"):
        score_to_table(make_scorer(), digest, paths, out, settings)
    assert not out.exists()


def test_windows_of_a_table_have_their_seconds(write_clips, tmp_path):
    paths = find_recordings([str(write_clips(8))])
    out = tmp_path / "scores.csv"
    score_to_table(make_scorer(), "0", paths, out, WINDOWS)
    rows = read(out)
    assert tuple(rows[0]) == score_columns(WINDOWS)
    first = [row for row in rows if row["clip"] == paths[0]]
    assert [row["start_seconds"] for row in first] == ["0.0", "0.03"]
    assert rows[-1]["start_seconds"] == "" and rows[-1]["problem"]


def test_a_table_of_an_unknown_kind_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="xlsx"):
        score_to_table(
            make_scorer(), "0", ["a.wav"], tmp_path / "a.xlsx", SETTINGS
        )
    assert not list(tmp_path.iterdir())
