import os
import pathlib

import numpy as np
import pytest
import soundfile

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.broken_clips import check_broken_share
from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspection import inspect_clips
from pipelines.client.clip_request import clip_request
from pipelines.datasets.clip import Clip
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.scoring_settings import ScoringSettings

SCORER = ClipScorer(("fan",), 8_000, "mean", 8_000, lambda *_: {})


def as_clip(path):
    return Clip(pathlib.Path(path), "fan", "id_00", "train", False)


def broken_recordings(folder):
    """Paths by the beginning of the reason that each must have."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 16_000)
    for name in ("cut.flac", "cut.mp3", "cut.wav", "rate.wav"):
        soundfile.write(folder / name, noise, 16_000)
    soundfile.write(folder / "rate.wav", noise, 500)
    for name in ("cut.flac", "cut.mp3", "cut.wav"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
    (folder / "empty.wav").touch()
    os.mkfifo(folder / "fifo.wav")
    (folder / "device.wav").symlink_to("/dev/zero")
    return {
        "not a regular file: a FIFO": folder / "fifo.wav",
        "not a regular file: a device": folder / "device.wav",
        "missing: no such recording": folder / "gone.wav",
        "cannot be read: ": folder,
        "empty: 0 bytes": folder / "empty.wav",
        "damaged: ": folder / "cut.flac",
        "truncated: the header promises 16000 samples": folder / "cut.mp3",
        "truncated: the header promises 32000 bytes": folder / "cut.wav",
        "a sampling rate of 500 Hz": folder / "rate.wav",
    }


def test_inspection_scoring_and_requests_give_one_reason(tmp_path):
    for expected, path in broken_recordings(tmp_path).items():
        [(_, reason)] = inspect_clips([as_clip(path)])[1]
        assert reason.startswith(expected) and "\n" not in reason
        for settings in (
            ScoringSettings("fan"),
            ScoringSettings("fan", window_seconds=20.0),
        ):
            [row] = score_clips(SCORER, [str(path)], settings)
            assert row["problem"] == reason
        with pytest.raises(ValueError) as caught:
            clip_request(str(path), 8_000)
        assert str(caught.value) == reason


def test_errors_of_no_known_kind_are_named():
    assert broken_reason(KeyError("x")) == "damaged: KeyError: 'x'"
    error = soundfile.LibsndfileError(2, "Error opening a.wav: ")
    assert broken_reason(error) == "damaged: System error."


def test_broken_clips_are_logged_with_their_reasons(caplog):
    broken = [(as_clip("=a\n.wav"), "empty: 0 bytes")]
    warn_of_broken_clips(broken, num_clips=1)
    assert caplog.messages == [r"left out: \x3da\n.wav: empty: 0 bytes"]


def test_the_end_says_how_many_clips_are_left_out(caplog):
    reasons = ["truncated: a", "truncated: b", "empty: 0 bytes"]
    broken = [(as_clip("a.wav"), reason) for reason in reasons]
    warn_of_broken_clips(broken, num_clips=5)
    assert caplog.messages[3:] == [
        "left out: 3 of 5 clips: 2 truncated, 1 empty"
    ]


def test_too_many_broken_clips_are_refused_with_their_reasons():
    broken = [(as_clip(f"{number}.wav"), "empty") for number in range(6)]
    check_broken_share(broken, num_clips=12)
    check_broken_share(broken, num_clips=7, max_broken_share=0.9)
    with pytest.raises(ValueError, match=r"6 of 11 .*0.wav \(empty\).*\.\.\."):
        check_broken_share(broken, num_clips=11)
    with pytest.raises(ValueError, match="6 of 6 clips broken"):
        check_broken_share(broken, num_clips=6, max_broken_share=1.0)
    with pytest.raises(ValueError, match="0 of 0 clips"):
        check_broken_share([], num_clips=0)
    with pytest.raises(ValueError, match="max_broken_share=2"):
        check_broken_share([], num_clips=1, max_broken_share=2)
