import io
import os
import pathlib
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import soundfile

from pipelines.audio.libsndfile import decode_clip
from pipelines.watching.sources.pcm_source import FORMATS
from pipelines.watching.sources.pcm_source import PcmSource
from tests.pipelines.watching.sources.listening import HEARING
from tests.pipelines.watching.sources.listening import RATE
from tests.pipelines.watching.sources.listening import listen

ROOT = pathlib.Path(__file__).parents[4]


@pytest.mark.parametrize("format", FORMATS)
def test_ffmpeg_writes_what_is_heard(format, noise, tmp_path, ffmpeg):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.tile(noise, (2, 1)), RATE, subtype="PCM_24")
    words = f"{ffmpeg} -v error -i {path} -f {format} -".split()
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        source = PcmSource("pipe", "fan/all", process.stdout, RATE, 2, format)
        *found, notice = listen(source)
    whole = decode_clip(path, RATE)
    assert [one.start for one in found] == [0, 8_000, 16_000]
    for one in found:
        expected = whole[one.start :][:RATE]
        np.testing.assert_allclose(one.waveform, expected, atol=1e-4)
    assert notice.kind == "source_lost" and "ended" in notice.message


def test_samples_may_come_in_pieces_and_end_within_one():
    reader, writer = os.pipe()
    samples = np.arange(-16_000, 16_000, dtype="<i2")

    def write():
        content = samples.tobytes() + b"\0"
        for first in range(0, len(content), 777):
            os.write(writer, content[first : first + 777])
        os.close(writer)

    threading.Thread(target=write).start()
    with open(reader, "rb", buffering=0) as file:
        *found, _ = listen(PcmSource("pipe", "", file, RATE))
    heard = np.concatenate([found[0].waveform, found[2].waveform])
    np.testing.assert_array_equal(heard, samples / np.float32(32_768))


def test_a_silent_pipe_does_not_keep_from_stopping():
    reader, writer = os.pipe()
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    with open(reader, "rb", buffering=0) as file:
        assert listen(PcmSource("pipe", "", file), stop=stop) == []
    os.close(writer)
    assert time.monotonic() - begun < 1


def test_a_channel_that_is_not_there_is_said():
    source = PcmSource("", "", io.BytesIO(bytes(999)), channels=2, channel=2)
    (notice,) = listen(source)
    assert "no channel 2" in notice.message


def test_a_closed_input_is_said(monkeypatch):
    reader, writer = os.pipe()
    os.close(writer)
    file = open(reader, "rb", buffering=0)
    os.close(reader)
    (notice,) = PcmSource("", "", file).listen(HEARING, None, threading.Event())
    assert notice.kind == "source_lost"
    with pytest.raises(OSError):
        file.close()


def test_standard_input_is_read():
    script = """
import threading
from pipelines.watching.sources.pcm_source import PcmSource
from tests.pipelines.watching.sources.listening import HEARING
for one in PcmSource("stdin", "").listen(HEARING, None, threading.Event()):
    print(getattr(one, "start", "ended"))
"""
    words = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        words, input=bytes(64_000), capture_output=True, env=environment
    )
    assert process.stdout.split() == [b"0", b"8000", b"16000", b"ended"]
