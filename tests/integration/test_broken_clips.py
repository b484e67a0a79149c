"""One broken clip is named and left out; it never ends a run."""

import logging

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from pipelines.runs.clip_list import read_clip_list

pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture
def bad_data(tmp_path, write_hum):
    for unit, hz in (("id_00", 100), ("id_02", 250)):
        for index in range(3):
            write_hum(f"d/fan/train/normal_{unit}_{index:08d}.wav", hz)
    train = tmp_path / "d/fan/train"

    def write(index, waveform, suffix="wav", **options):
        path = train / f"normal_id_00_{index:08d}.{suffix}"
        soundfile.write(path, waveform, **{"samplerate": 16_000, **options})
        return path

    noise = 0.1 * np.random.default_rng(0).standard_normal((16_000, 8))
    truncated = write(90, noise[:, 0])
    truncated.write_bytes(truncated.read_bytes()[:9_000])
    (train / "normal_id_00_00000091.wav").touch()
    (train / "normal_id_00_00000092.wav").write_text("no sound, only words")
    write(93, np.zeros(16_000))
    write(94, np.full(16_000, np.nan), subtype="FLOAT")
    write(10, noise, format="WAVEX")
    write(11, noise[:, 0], subtype="PCM_24")
    write(12, noise[:, :2], suffix="flac", samplerate=44_100)
    return tmp_path / "d"


REASONS = {
    "normal_id_00_00000090.wav": "truncated",
    "normal_id_00_00000091.wav": "empty",
    "normal_id_00_00000092.wav": "not audio",
    "normal_id_00_00000093.wav": "silent",
    "normal_id_00_00000094.wav": "NaN",
}


def test_training_names_each_broken_clip_and_ends(
    bad_data, tiny, tmp_path, caplog
):
    run = tmp_path / "run"
    with caplog.at_level(logging.WARNING):
        assert main(["train", str(bad_data), "--run", str(run), *tiny]) == 0
    listed = {
        entry.clip.path.name: entry
        for entry in read_clip_list(run / "clips.csv")
    }
    assert len(listed) == 14
    for name, entry in listed.items():
        if name in REASONS:
            assert entry.role == "left out"
            assert entry.reason.startswith(REASONS[name])
            assert any(
                name in record.message and REASONS[name] in record.message
                for record in caplog.records
            )
        else:
            assert entry.role in ("train", "held out")
    assert (run / "detector.keras").exists()


def test_too_many_broken_clips_end_the_run_with_one_clear_line(
    bad_data, tiny, tmp_path, capsys
):
    run = tmp_path / "run"
    words = ["train", str(bad_data), "--run", str(run), *tiny]
    assert main([*words, "--max_broken_share", "0.1"]) == 2
    error = capsys.readouterr().err
    assert "5 of 14 clips broken" in error
    assert "Traceback" not in error


def test_a_broken_test_clip_is_left_out_of_the_evaluation(
    run, data, tmp_path, caplog
):
    path = tmp_path / "more" / "fan" / "test" / "normal_id_00_00000077.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        assert main(["evaluate", str(run), str(data), str(tmp_path)]) == 0
    assert "normal_id_00_00000077.wav: empty" in caplog.text
    assert "empty: 0 bytes" in (run / "report.html").read_text()
