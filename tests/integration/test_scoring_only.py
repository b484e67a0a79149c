"""Scoring without TensorFlow gives the table of the whole package.

`make test-scoring` makes the environment of `requirements/scoring.txt` and
runs this in it; elsewhere all that it lacks is hidden from a process.
"""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main

ROOT = pathlib.Path(__file__).parents[2]
# Folder of the environment, if there is one.
SMALL = os.environ.get("KERAS_ASD_SCORING")
MOST_MEGABYTES = 300
NUMBERS = ("anomaly_score", "p_value", "start_seconds", "end_seconds")


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """A detector without a network, ready in seconds."""
    path = tmp_path_factory.mktemp("runs") / "free"
    flags = "--preset training_free --clip_seconds 0.5".split()
    assert main(["train", str(data), "--run", str(path), *flags]) == 0
    return path


@pytest.fixture(scope="module")
def model(run, tmp_path_factory):
    pytest.importorskip("tf2onnx")
    target = tmp_path_factory.mktemp("models") / "free"
    assert (
        main(["export", str(run), "--to", str(target), "--also", "onnx"]) == 0
    )
    return target


@pytest.fixture(scope="module")
def recordings(data, tmp_path_factory):
    """The test clips, and what people have besides."""
    root = tmp_path_factory.mktemp("recordings")
    shutil.copytree(data / "fan" / "test", root / "fan")
    generator = np.random.default_rng(1)
    noise = 0.05 * generator.standard_normal((40_000, 2))
    soundfile.write(root / "fan" / "normal_id_00_long.flac", noise, 44_100)
    soundfile.write(root / "fan" / "normal_id_00_more.mp3", noise, 22_050)
    silence = np.zeros(8_000)
    soundfile.write(root / "fan" / "normal_id_02_silent.wav", silence, 16_000)
    (root / "fan" / "normal_id_02_empty.wav").touch()
    whole = (root / "fan" / "normal_id_02_00000000.wav").read_bytes()
    (root / "fan" / "normal_id_02_cut.wav").write_bytes(whole[:5_000])
    return root


def run_small(*words, **variables):
    """Runs a command where TensorFlow is not installed."""
    command = [sys.executable, "-m", "tests.forms.scoring_only"]
    if SMALL and not variables:
        command = [f"{SMALL}/bin/keras-asd"]
    return subprocess.run(
        [*command, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )


def read_table(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def check_rows(found, expected):
    """Numbers to what float32 rounds, everything else to the letter."""
    assert len(found) == len(expected) > 20
    for row, wanted in zip(found, expected, strict=True):
        assert list(row) == list(wanted)
        for name, value in wanted.items():
            if name in NUMBERS and value not in ("", None):
                # A p-value goes down a steep curve of so few clips.
                limit = 1e-2 if name == "p_value" else 1e-4
                assert float(row[name]) == pytest.approx(
                    float(value), rel=limit, abs=limit
                ), (name, row, wanted)
            else:
                assert row[name] == value, (name, row, wanted)


FLAGS = {
    "clips": [],
    "a rate": ["--false_alarm_rate", "0.3"],
    "a rate beyond the clips": ["--one_in", "10000"],
    "windows": ["--window", "0.5", "--hop", "0.25"],
    "one machine": ["--machine", "fan/id_00", "--batch_size", "4"],
}


@pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
def test_the_table_is_that_of_the_whole_package(
    model, recordings, flags, tmp_path
):
    expected, found = tmp_path / "whole.csv", tmp_path / "small.csv"
    words = ["score", str(model), str(recordings), *flags, "--out"]
    assert main([*words, str(expected)]) == 0
    small = run_small(*words, found)
    assert small.returncode == 0, small.stderr
    assert "model.onnx, with onnxruntime" in small.stderr
    check_rows(read_table(found), read_table(expected))
    problems = {row["problem"].split(":")[0] for row in read_table(found)}
    assert {"", "silent", "empty", "truncated"} <= problems


def test_shards_and_their_merge_are_those_of_the_whole_package(
    model, recordings, tmp_path
):
    form, whole = str(model / "1" / "model.onnx"), tmp_path / "whole.csv"
    words = ["score", form, str(recordings), "--batch_size", "1", "--out"]
    assert main([*words, str(whole)]) == 0
    parts = [str(tmp_path / f"part-{index}.csv") for index in range(2)]
    assert main([*words, parts[0], "--shard", "0/2"]) == 0
    small = run_small(*words, parts[1], "--shard", "1/2")
    assert small.returncode == 0, small.stderr
    merged = tmp_path / "merged.csv"
    assert run_small("merge", *parts, "--out", merged).returncode == 0
    assert merged.read_text() == whole.read_text()


def test_lines_and_exit_codes_are_those_of_the_whole_package(
    model, recordings, capsys
):
    words = ["score", str(model), str(recordings), "--json"]
    words += ["--fail_on_alarm", "--false_alarm_rate", "0.3"]
    code = main(words)
    expected = capsys.readouterr().out.splitlines()
    small = run_small(*words)
    assert small.returncode == code == 1
    check_rows(
        [json.loads(line) for line in small.stdout.splitlines()],
        [json.loads(line) for line in expected],
    )
    plain = run_small("score", model, recordings)
    assert plain.returncode == 0
    assert plain.stdout.startswith("anomaly_score\tmachine\tclip\tdecision")
    assert "left out" in plain.stderr
    broken = recordings / "fan" / "normal_id_02_empty.wav"
    assert run_small("score", model, broken).returncode == 2


def test_the_form_s_file_and_what_describes_it_are_enough(
    model, recordings, tmp_path
):
    part = tmp_path / "part"
    shutil.copytree(model / "1" / "assets.extra", part / "assets.extra")
    shutil.copy(model / "1" / "model.onnx", part)
    whole, small = tmp_path / "whole.csv", tmp_path / "small.csv"
    named = part / "model.onnx"
    # Where TensorFlow is, the file's name says what scores.
    assert (
        main(["score", str(named), str(recordings), "--out", str(whole)]) == 0
    )
    result = run_small("score", named, recordings, "--out", small)
    assert result.returncode == 0, result.stderr
    assert small.read_text() == whole.read_text()
    assert run_small("score", part, recordings).returncode == 0
    named.write_bytes(named.read_bytes()[:-1])
    result = run_small("score", named, recordings)
    assert result.returncode == 2
    assert "changed: model.onnx" in result.stderr


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["score", "RUN", "CLIPS"], "scored by an exported form"),
        (["score", "MODEL", "CLIPS", "--report", "a.html"], "without keras"),
        (["train", "CLIPS", "--run", "a"], "needs the whole package"),
        (["evaluate", "RUN", "CLIPS"], "needs the whole package"),
    ],
)
def test_what_needs_tensorflow_says_so_in_a_line(
    run, model, recordings, words, rule
):
    paths = {"RUN": run, "MODEL": model, "CLIPS": recordings}
    result = run_small(*(paths.get(word, word) for word in words))
    assert result.returncode == 2
    [line] = result.stderr.splitlines()
    assert line.startswith("keras-asd: error: ") and rule in line


def test_nothing_of_posix_is_needed(model, recordings, tmp_path):
    expected, found = tmp_path / "whole.csv", tmp_path / "small.csv"
    words = ["score", model, recordings, "--threads", "2", "--out"]
    assert run_small(*words, expected).returncode == 0
    hidden = {"KERAS_ASD_POSIX": "hidden"}
    result = run_small(*words, found, **hidden)
    assert result.returncode == 0, result.stderr
    assert found.read_text() == expected.read_text()
    assert sorted(tmp_path.iterdir()) == [found, expected]
    assert run_small("score", model, recordings, **hidden).returncode == 0


@pytest.mark.skipif(not SMALL, reason="the environment of `make test-scoring`")
def test_the_environment_is_small():
    size = sum(
        path.lstat().st_size
        for path in pathlib.Path(SMALL).rglob("*")
        if path.is_file()
    )
    print(f"\nthe environment for scoring has {size / 1e6:.0f} MB")
    assert size < 1e6 * MOST_MEGABYTES
    assert not list(pathlib.Path(SMALL).rglob("site-packages/tensorflow"))
