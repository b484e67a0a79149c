import io
import pathlib
import struct
import tempfile
import tracemalloc

import hypothesis
import numpy as np
import pytest
import soundfile
from hypothesis import strategies

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip

TONE = 0.5 * np.sin(np.arange(16000) * 0.05)
PCM = (TONE * 32767).astype("<i2").tobytes()


def as_clip(path):
    return Clip(pathlib.Path(path), "fan", "id_00", "train", False)


def find_reason(path, **arguments):
    good, broken = inspect_clips([as_clip(path)], **arguments)
    if good:
        return None
    [(clip, reason)] = broken
    assert clip.path == path
    return reason


def encode(container, subtype=None, waveform=TONE):
    buffer = io.BytesIO()
    soundfile.write(buffer, waveform, 16000, subtype, format=container)
    return buffer.getvalue()


def test_a_good_clip_is_described(tmp_path):
    path = tmp_path / "good.flac"
    soundfile.write(path, np.stack([TONE] * 3, axis=1), 44100)
    [good], broken = inspect_clips([as_clip(path)])
    assert not broken
    assert good.clip == as_clip(path)
    assert (good.container, good.subtype) == ("FLAC", "PCM_16")
    assert (good.sampling_rate, good.num_channels) == (44100, 3)
    assert (good.num_samples, good.is_bare) == (16000, False)


def test_good_and_broken_clips_keep_their_order(tmp_path):
    clips = []
    for number in range(12):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, TONE if number % 3 else TONE * 0, 16000)
        clips.append(as_clip(path))
    good, broken = inspect_clips(clips)
    assert [inspected.clip for inspected in good] == [
        clip for number, clip in enumerate(clips) if number % 3
    ]
    assert [clip for clip, _ in broken] == clips[::3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty: 0 bytes"),
        (b"machine,section\nfan,id_00\n" * 9, "not audio: "),
        (bytes(5000), "not audio: "),
        (b"\xff", "not audio: "),
        (b"RIFF\0\0\0\0WAVE", "truncated: the header ends before any sound"),
        (encode("WAV")[:40], "truncated: the header ends before any sound"),
        (encode("WAV")[:9000], "truncated: the header promises 32000 bytes"),
        (encode("WAV")[:-1], "truncated: the header promises 32000 bytes"),
        (encode("RF64")[:9000], "truncated: the header promises 32000 bytes"),
        (encode("FLAC")[:5000], "damaged: "),
        (encode("FLAC")[:-7], "damaged: "),
        (encode("OGG")[:-7], "truncated: its last Ogg page is not whole"),
        (encode("MP3")[:900], "truncated: the header promises 16000 samples"),
        (encode("WAV", waveform=TONE[:0]), "zero-length data: "),
        (encode("WAV", waveform=TONE[:100]), "zero-length data: "),
        (encode("WAV", waveform=0 * TONE), "silent: every sample is zero"),
        (encode("WAV", "FLOAT", TONE * np.nan), "NaN or infinite samples"),
        (encode("WAV", "FLOAT", TONE + np.inf), "NaN or infinite samples"),
        (encode("WAV", "FLOAT", TONE * 32768), "far beyond full scale: "),
    ],
)
def test_a_broken_clip_is_named_with_its_reason(tmp_path, content, reason):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    assert find_reason(path).startswith(reason)


def test_one_nan_is_found(tmp_path):
    waveform = TONE.copy()
    waveform[12345] = np.nan
    path = tmp_path / "nan.wav"
    soundfile.write(path, waveform, 16000, "DOUBLE")
    assert find_reason(path) == "NaN or infinite samples"


def test_ogg_without_its_last_page_is_truncated(tmp_path):
    content = encode("OGG", waveform=np.tile(TONE, 10))
    path = tmp_path / "cut.ogg"
    path.write_bytes(content[: content.rindex(b"OggS")])
    reason = find_reason(path)
    assert reason == "truncated: its last Ogg page does not end the stream"


def test_missing_clips_and_folders_are_named(tmp_path):
    assert find_reason(tmp_path / "gone.wav").startswith("missing")
    assert find_reason(tmp_path).startswith("cannot be read")


def test_absurd_rates_channels_and_lengths_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "absurd.wav"
    soundfile.write(path, TONE, 500)
    assert find_reason(path).startswith("a sampling rate of 500 Hz")
    soundfile.write(path, TONE, 4_000_000)
    assert find_reason(path).startswith("a sampling rate of 4000000 Hz")
    soundfile.write(path, np.ones((1000, 100)), 16000)
    assert find_reason(path) == "100 channels, more than 64"
    soundfile.write(path, TONE, 16000)
    monkeypatch.setattr("pipelines.audio.libsndfile.MAX_SECONDS", 0.5)
    assert find_reason(path) == "longer than 0.5 s"


def test_a_clip_without_the_wanted_channel_is_refused(tmp_path):
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.stack([TONE, 0 * TONE], axis=1), 16000)
    assert find_reason(path, channel=0) is None
    assert find_reason(path, channel=1).startswith("silent")
    assert find_reason(path, channel=2).startswith("no channel 2")
    with pytest.raises(ValueError, match="`channel` must be"):
        inspect_clips([], channel="left")


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000])
def test_streaming_headers_count_only_with_sound_after_them(
    tmp_path, riff, size
):
    path = tmp_path / "stream.wav"
    begin = riff.file(riff.format()) + b"data" + struct.pack("<I", size)
    path.write_bytes(begin + PCM)
    [good], _ = inspect_clips([as_clip(path)])
    assert good.num_samples == 16000
    path.write_bytes(begin)
    assert find_reason(path).startswith("zero-length data")


def test_a_size_of_zero_is_zero_length_even_before_other_chunks(tmp_path, riff):
    path = tmp_path / "zero.wav"
    chunks = [riff.chunk(b"data", b""), riff.chunk(b"LIST", b"INFOabcd" * 999)]
    path.write_bytes(riff.file(riff.format(), *chunks))
    assert find_reason(path).startswith("zero-length data")


def test_only_a_plain_header_counts_as_bare(tmp_path, riff):
    path = tmp_path / "a.wav"
    data = riff.chunk(b"data", PCM)
    junk = riff.chunk(b"JUNK", bytes(27))
    for chunks, is_bare in [
        ([riff.format(), data], True),
        ([junk, riff.format(), data], False),
        ([riff.format(), junk, data], False),
        ([riff.format(), data, junk], False),
        ([riff.format(extra=b"\0\0"), data], False),
    ]:
        path.write_bytes(riff.file(*chunks))
        [good], _ = inspect_clips([as_clip(path)])
        assert (good.is_bare, good.num_samples) == (is_bare, 16000)


CONTENTS = [
    encode("WAV", waveform=TONE[:800]),
    encode("WAVEX", "FLOAT", waveform=TONE[:800]),
    encode("RF64", waveform=TONE[:800]),
    encode("FLAC", waveform=TONE[:800]),
    encode("OGG", waveform=TONE[:800]),
    encode("MP3", waveform=TONE[:800]),
]


@hypothesis.settings(deadline=None, max_examples=60)
@hypothesis.given(
    content=strategies.sampled_from(CONTENTS),
    changes=strategies.lists(
        strategies.tuples(
            strategies.integers(0, 79),
            strategies.sampled_from([0, 1, 128, 255]),
        ),
        max_size=6,
    ),
    kept=strategies.floats(0, 1),
)
def test_no_bytes_make_the_inspection_raise(content, changes, kept):
    mutated = bytearray(content)
    for position, value in changes:
        mutated[position] = value
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "mutated.wav")
        path.write_bytes(mutated[: round(kept * len(mutated))])
        good, broken = inspect_clips([as_clip(path)])
    assert len(good) + len(broken) == 1
    assert all(reason for _, reason in broken)


def test_memory_does_not_grow_with_a_clip_or_their_number(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("pipelines.audio.libsndfile.BLOCK_VALUES", 2**14)
    peaks = []
    for num_clips, seconds in [(2, 1), (40, 1), (2, 60)]:
        path = tmp_path / f"{num_clips}_{seconds}.wav"
        soundfile.write(path, np.tile(TONE, seconds), 16000)
        tracemalloc.start()
        good, _ = inspect_clips([as_clip(path)] * num_clips)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(good) == num_clips
    assert max(peaks) < 2_000_000
