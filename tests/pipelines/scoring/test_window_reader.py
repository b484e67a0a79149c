import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies

from pipelines.audio.libsndfile import decode_clip
from pipelines.audio.window_cutter import WindowCutter
from pipelines.scoring import window_reader
from pipelines.scoring.window_reader import read_windows


@given(
    strategies.integers(1, 400),
    strategies.integers(1, 90),
    strategies.integers(1, 90),
    strategies.integers(1, 70),
)
@settings(max_examples=300, deadline=None)
def test_windows_lie_as_a_slow_listing_has_them(length, window, hop, block):
    hop = min(hop, window)
    waveform = np.arange(length, dtype="float32")
    blocks = [waveform[i : i + block] for i in range(0, length, block)]
    starts = [s for s in range(0, length, hop) if s + window <= length]
    if not starts or starts[-1] + window < length:
        starts.append(max(0, length - window))
    cutter = WindowCutter(window, hop)
    found = [piece for block in blocks for piece in cutter.feed(block)]
    found += cutter.finish()
    assert [start for start, _ in found] == starts
    for start, piece in found:
        np.testing.assert_array_equal(piece, waveform[start : start + window])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sampling_rate": 44_100},
        {"sampling_rate": 8_000, "subtype": "FLOAT"},
    ],
)
def test_windows_are_cuts_of_the_decoded_clip(write_hum, options):
    path = write_hum("a.wav", seconds=3.3, **options)
    waveform = decode_clip(path, 16_000)
    for start, piece in read_windows(path, 16_000, "mean", 16_000, 9_000):
        np.testing.assert_array_equal(piece, waveform[start:][:16_000])


@pytest.mark.parametrize("rate", [1_900, 16_000])
def test_a_recording_may_be_longer_than_a_clip(tmp_path, monkeypatch, rate):
    monkeypatch.setattr(window_reader, "MAX_SECONDS", 20)
    monkeypatch.setattr("pipelines.audio.libsndfile.MAX_SECONDS", 20)
    monkeypatch.setattr("pipelines.audio.libsndfile.BLOCK_VALUES", 5_000)
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, rate * 70)
    path = tmp_path / "long.wav"
    soundfile.write(path, noise, rate, subtype="FLOAT")
    with pytest.raises(ValueError, match="longer than 20 s"):
        decode_clip(path, rate)
    pieces = [
        piece for _, piece in read_windows(path, rate, "mean", rate, rate)
    ]
    np.testing.assert_array_equal(np.concatenate(pieces), noise.astype("f4"))


def test_a_fault_is_told_after_the_windows_before_it(tmp_path):
    waveform = np.zeros(80_000, "float32")
    waveform[70_000] = np.nan
    path = tmp_path / "nan.wav"
    soundfile.write(path, waveform, 1_000, subtype="FLOAT")
    with pytest.raises(ValueError, match="NaN"):
        list(read_windows(path, 1_000, "mean", 1_000, 1_000))


def test_a_truncated_recording_is_told(write_hum):
    path = write_hum("a.flac", seconds=20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises((ValueError, soundfile.LibsndfileError)):
        list(read_windows(path, 16_000, "mean", 16_000, 16_000))
