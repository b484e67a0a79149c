"""Folders as people have them: trained on, understood aloud, and scored."""

import json

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main

FLAGS = "--preset training_free --clip_seconds 0.5".split()


@pytest.fixture
def train(tmp_path, caplog, capsys):
    """Trains on a folder, scores a clip; gives what was logged and the rows."""

    def train_and_score(folder, *clips, flags=()):
        run = str(tmp_path / "run")
        words = ["train", str(tmp_path / folder), "--run", run, *FLAGS, *flags]
        caplog.set_level("INFO")
        assert main(words) == 0
        lines = [record.getMessage() for record in caplog.records]
        capsys.readouterr()
        paths = [str(tmp_path / clip) for clip in clips]
        assert main(["score", run, *paths, "--json"]) == 0
        answers = capsys.readouterr().out.splitlines()
        return lines, [json.loads(answer) for answer in answers]

    return train_and_score


def table_rows(lines):
    """Cells of the table of what was understood, without its header."""
    first = next(i for i, line in enumerate(lines) if line.startswith("---"))
    rows = [line.split() for line in lines[first + 1 :]]
    return [row for row in rows if row[-1] in ("kHz", "channels")]


def test_a_flat_folder_of_one_machine_of_12_clips(train, write_hum):
    for index in range(12):
        write_hum(f"pumpe/{index}.wav", seconds=0.5)
    write_hum("new/pumpe/today.wav", seconds=0.5)
    write_hum("new/pumpe/2024-05-02/strange.wav", 1500.0, seconds=0.5)
    lines, [today, strange] = train("pumpe", "new")
    expected = ["pumpe", "all", "12", "6", "0", "16", "kHz"]
    assert table_rows(lines) == [expected]
    assert strange["machine"] == today["machine"] == "pumpe/all"
    assert strange["anomaly_score"] > today["anomaly_score"]


def test_a_tree_by_dates_is_one_machine(train, write_hum):
    for day in ("2024-05-01", "2024-05-02"):
        for shift in ("early", "late"):
            for index in range(3):
                write_hum(f"pump/{day}/{shift}/{index}.wav", seconds=0.5)
    clip = "pump/2024-05-02/late/0.wav"
    lines, [row] = train("pump", clip)
    assert table_rows(lines) == [["pump", "all", "12", "6", "0", "16", "kHz"]]
    assert any("such as 2024-05-01/early, 2024-05-01/late" in x for x in lines)
    assert row["machine"] == "pump/all" and row["anomaly_score"] is not None


def test_dates_are_sections_where_asked(train, write_hum):
    for day in ("2024-05-01", "2024-05-02"):
        for index in range(3):
            write_hum(f"pump/train/{day}/{index}.wav", seconds=0.5)
    lines, [row] = train(
        "pump", "pump/train/2024-05-02/0.wav", flags=["--sections", "folders"]
    )
    assert [row[:3] for row in table_rows(lines)] == [
        ["pump", "2024-05-01", "3"],
        ["pump", "2024-05-02", "3"],
    ]
    assert row["machine"] == "pump/2024-05-02"


def test_a_tree_two_levels_deep_has_each_machine(train, write_hum):
    for machine, hz in (("hall 1/fan", 120), ("hall 2/pump 3/train", 300)):
        for index in range(5):
            write_hum(f"plant/{machine}/{index}.wav", hz, seconds=0.5)
    write_hum("plant/hall 2/pump 3/test/1.wav", 300, seconds=0.5)
    lines, rows = train("plant", "plant/hall 1/fan/0.wav", "plant/hall 2")
    assert [row[:-2] for row in table_rows(lines)] == [
        ["fan", "all", "5", "2.5", "0"],
        ["pump", "3", "all", "5", "2.5", "0"],
    ]
    assert [row["machine"] for row in rows[:2]] == ["fan/all", "pump 3/all"]
    assert all(row["anomaly_score"] is not None for row in rows)


@pytest.mark.parametrize("is_kept", [False, True])
def test_of_48_khz_stereo_it_is_said_what_is_cut(train, tmp_path, is_kept):
    generator = np.random.default_rng(0)
    for index in range(6):
        path = tmp_path / "pump" / "train" / f"{index}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        noise = 0.1 * generator.standard_normal((24_000, 2))
        soundfile.write(path, noise, 48_000)
    flags = ["--sampling_rate", "48000"] if is_kept else []
    lines, [row] = train("pump", "pump/train/0.wav", flags=flags)
    [cells] = table_rows(lines)
    assert cells[-4:] == ["48", "kHz,", "2", "channels"]
    cut = (
        "all clips are of up to 48 kHz: sound above 8 kHz is not heard; "
        "--sampling_rate 48000 keeps it"
    )
    assert (cut in lines) is not is_kept
    assert any("--recording_channel mean is heard" in line for line in lines)
    assert row["machine"] == "pump/all" and row["anomaly_score"] is not None
