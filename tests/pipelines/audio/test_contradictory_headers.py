"""Headers that contradict themselves: one verdict, here and where served."""

import io
import struct

import numpy as np
import pytest
import soundfile

from pipelines.audio.libsndfile import decode_clip
from pipelines.scoring.window_reader import read_windows
from tests.wav_files import DATA
from tests.wav_files import FORMAT
from tests.wav_files import PCM_BYTES
from tests.wav_files import RATE
from tests.wav_files import assert_same_as_libsndfile
from tests.wav_files import chunk
from tests.wav_files import decode
from tests.wav_files import extended
from tests.wav_files import make_format
from tests.wav_files import make_wav

CONTRADICTORY = "contradictory header"
SEVERAL = "several recordings"
GOOD = make_wav(FORMAT, DATA)
HALF = chunk(b"data", PCM_BYTES, len(PCM_BYTES) // 2)


def with_format(**changes):
    """A format with some fields changed: offsets within it by name."""
    places = {"channels": 2, "rate": 4, "byte_rate": 8, "align": 12}
    content = bytearray(make_format(2))
    for name, value in changes.items():
        form = "<H" if name in ("channels", "align") else "<I"
        struct.pack_into(form, content, places[name], value)
    return bytes(content)


def find_reason(content, path):
    """The command line's verdict, of whole clips and of windows."""
    path.write_bytes(content)
    with pytest.raises(ValueError) as whole:
        decode_clip(path, RATE)
    with pytest.raises(ValueError) as windows:
        list(read_windows(path, RATE, "mean", 100, 100))
    assert str(whole.value) == str(windows.value)
    return str(whole.value)


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        *(
            (make_wav(chunk(b"fmt ", bad), DATA), CONTRADICTORY)
            for format_ in (
                with_format(rate=8_000),
                with_format(rate=48_000),
                with_format(byte_rate=32_000),
                with_format(channels=1),
                with_format(channels=3),
                with_format(align=2),
                with_format(align=0),
            )
            for bad in (format_, extended(format_))
        ),
        (make_wav(FORMAT, FORMAT, DATA), CONTRADICTORY),
        (make_wav(chunk(b"fmt ", b"odd"), FORMAT, DATA), CONTRADICTORY),
        (make_wav(FORMAT, HALF), CONTRADICTORY),
        (make_wav(FORMAT, HALF, chunk(b"LIST", b"INFO")), CONTRADICTORY),
        (make_wav(FORMAT, DATA, chunk(b"LIST", b"IN", 99)), CONTRADICTORY),
        (GOOD + GOOD, SEVERAL),
        (make_wav(FORMAT, DATA, chunk(b"LIST", b"INFO")) + GOOD, SEVERAL),
        (b"RIFF\xff\xff\xff\xff" + GOOD[8:] + GOOD, SEVERAL),
    ],
)
def test_the_command_line_and_the_served_graph_refuse_alike(
    content, verdict, tmp_path
):
    assert decode(content)[1] == verdict
    assert find_reason(content, tmp_path / "a.wav").startswith(f"{verdict}: ")


@pytest.mark.parametrize(
    "content",
    [
        make_wav(chunk(b"fmt ", with_format(byte_rate=0)), DATA),
        # Behind the end of the whole may lie what does not belong to it.
        GOOD + b"TAG" + bytes(125),
        GOOD + bytes(512),
        GOOD + b"x",
        b"RIFF\0\0\0\0" + GOOD[8:],
        b"RIFF\0\0\0\0" + GOOD[8:] + chunk(b"LIST", b"INFO"),
        make_wav(FORMAT, DATA, chunk(b"LIST", b"INFOodd"), b"\0\0\0"),
        make_wav(FORMAT, b"data\x1f\3\0\0" + PCM_BYTES[:799] + b"LIST\0\0\0\0"),
    ],
)
def test_what_contradicts_nothing_is_heard(content, tmp_path):
    assert_same_as_libsndfile(content, tmp_path / "a.wav")


@pytest.mark.parametrize(
    ("container", "subtype"),
    [
        ("WAV", "ULAW"),
        ("WAV", "IMA_ADPCM"),
        ("WAV", "PCM_U8"),
        ("WAV", "PCM_24"),
        ("WAV", "DOUBLE"),
        ("WAVEX", "FLOAT"),
        ("RF64", "PCM_16"),
        ("FLAC", "PCM_24"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
        ("MP3", "MPEG_LAYER_III"),
    ],
)
@pytest.mark.parametrize("seconds", [0.3, 20])
def test_every_coding_is_heard_once_and_two_behind_each_other_are_named(
    container, subtype, seconds, tmp_path
):
    tone = 0.5 * np.sin(np.arange(round(seconds * RATE)) / 20)
    content = io.BytesIO()
    soundfile.write(content, tone, RATE, subtype, format=container)
    content = content.getvalue()
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert len(decode_clip(path, RATE)) >= len(tone)
    for second in (content, b"ID3\4\0\0\0\0\0\1x" + content):
        if second == content or container == "MP3":
            reason = find_reason(content + second, path)
            assert reason.startswith(f"{SEVERAL}: a second begins ")


def test_an_mp3_with_tags_on_both_ends_is_one_recording(tmp_path):
    content = io.BytesIO()
    soundfile.write(content, 0.1 * np.ones(RATE), RATE, format="MP3")
    path = tmp_path / "a.mp3"
    for end in (b"TAG" + bytes(125), b"APETAGEX" + bytes(5_000)):
        path.write_bytes(b"ID3\4\0\0\0\0\0\1x" + content.getvalue() + end)
        assert len(decode_clip(path, RATE)) >= RATE
