"""Recordings that state when they were made, in each of the ways."""

import datetime
import io
import os
import struct

import numpy as np
import pytest
import soundfile

from pipelines.audio.recorded_time import recorded_time
from pipelines.audio.recorded_time import stated_time
from pipelines.report.report_clip import clip_of_row

SOUND = np.zeros(1600, "int16")
MOMENT = datetime.datetime(2024, 3, 5, 14, 30, 15)


def chunk(name, content):
    padding = b"\0" * (len(content) % 2)
    return name + struct.pack("<I", len(content)) + content + padding


def bext(date, time):
    fields = bytes(256 + 32 + 32) + date.ljust(10, b"\0") + time.ljust(8, b"\0")
    return chunk(b"bext", fields + bytes(602 - len(fields)))


def icrd(text):
    return chunk(b"LIST", b"INFO" + chunk(b"ICRD", text + b"\0"))


def wav(*before, after=b""):
    """A WAV with chunks before and after the sound."""
    plain = io.BytesIO()
    soundfile.write(plain, SOUND, 16_000, format="WAV", subtype="PCM_16")
    form = plain.getvalue()[12:36]
    parts = [form, *before, chunk(b"data", SOUND.tobytes()), after]
    return (
        b"RIFF"
        + struct.pack("<I", 4 + len(b"".join(parts)))
        + (b"WAVE" + b"".join(parts))
    )


@pytest.fixture
def written(tmp_path):
    def write(content, name="clip.wav"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        wav(bext(b"2024-03-05", b"14:30:15")),
        wav(bext(b"2024:03:05", b"14-30-15")),
        wav(after=bext(b"2024-03-05", b"14:30:15")),
        wav(icrd(b"2024-03-05T14:30:15")),
        wav(icrd(b"2024-03-05 14:30:15+01:00")),
        wav(icrd(b"2024/03/05 14:30:15"), bext(b"0000-00-00", b"00:00:00")),
        # The first says more, and comes first.
        wav(icrd(b"1999-01-01"), bext(b"2024-03-05", b"14:30:15")),
    ],
)
def test_a_wav_states_its_time(written, content):
    assert stated_time(written(content)) == MOMENT


@pytest.mark.parametrize(
    ("suffix", "subtype"), [("flac", "PCM_16"), ("ogg", "VORBIS")]
)
def test_a_comment_states_the_time(tmp_path, suffix, subtype):
    path = tmp_path / f"clip.{suffix}"
    with soundfile.SoundFile(path, "w", 16_000, 1, subtype) as file:
        file.date = "2024-03-05T14:30:15"
        file.write(SOUND)
    assert recorded_time(path) == MOMENT


def test_an_mp3_states_the_time_in_its_tag(tmp_path):
    plain = tmp_path / "plain.mp3"
    soundfile.write(plain, np.zeros(16_000), 16_000)
    text = b"\x03" + b"2024-03-05T14:30:15"
    frame = b"TDRC" + struct.pack(">IH", len(text), 0) + text
    tag = b"ID3\x04\0\0" + struct.pack(">I", len(frame))
    path = tmp_path / "clip.mp3"
    path.write_bytes(tag + frame + plain.read_bytes())
    assert stated_time(path) == MOMENT


def test_a_day_alone_is_its_beginning(written):
    path = written(wav(icrd(b"2024-03-05")))
    assert stated_time(path) == datetime.datetime(2024, 3, 5)


@pytest.mark.parametrize(
    "content",
    [
        wav(),
        wav(bext(b"\xff" * 10, b"14:30:15")),
        wav(bext(b"2024-02-31", b"14:30:15")),
        wav(bext(b"9024-03-05", b"14:30:15")),
        wav(chunk(b"bext", b"short")),
        wav(icrd(b"2024")),
        wav(icrd(b"last Tuesday")),
        wav(icrd(b"\xff\xfe\x80")),
        b"no sound",
    ],
)
def test_what_is_no_date_is_ignored(written, content):
    path = written(content)
    os.utime(path, (1e9, 1e9))
    assert recorded_time(path) is None


def test_names_and_folders_come_first(written):
    content = wav(bext(b"1999-12-31", b"23:59:59"))
    path = written(content, "fan_20240305_143015.wav")
    assert recorded_time(path) == MOMENT
    row = {
        "clip": str(written(content)),
        "machine": "fan/all",
        "anomaly_score": 0.5,
        "p_value": None,
        "decision": -1,
        "problem": "",
        "start_seconds": 2.0,
        "end_seconds": 3.0,
    }
    assert clip_of_row(row).moment == datetime.datetime(2000, 1, 1, 0, 0, 1)
