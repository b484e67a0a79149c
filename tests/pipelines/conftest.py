import pathlib
import struct

import numpy as np
import pytest

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from tests.made_up_benchmark import make_scored


def write_chunk(name, content):
    padding = b"\0" * (len(content) % 2)
    return name + struct.pack("<I", len(content)) + content + padding


def write_riff(*chunks):
    content = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


def write_format(num_channels=1, rate=16000, bits=16, tag=1, extra=b""):
    frame_bytes = num_channels * bits // 8
    plain = struct.pack(
        "<HHIIHH",
        tag,
        num_channels,
        rate,
        rate * frame_bytes,
        frame_bytes,
        bits,
    )
    return write_chunk(b"fmt ", plain + extra)


@pytest.fixture
def riff():
    """Writers of WAV by hand: `riff.chunk`, `riff.format`, `riff.file`."""

    class Riff:
        chunk = staticmethod(write_chunk)
        format = staticmethod(write_format)
        file = staticmethod(write_riff)

    return Riff


@pytest.fixture
def noise():
    """One second of stereo noise at 16 kHz, within full scale."""
    generator = np.random.default_rng(0)
    return generator.uniform(-0.5, 0.5, (16000, 2))


@pytest.fixture
def inspect():
    """Inspects recordings by their paths; none may be broken."""

    def inspect_paths(*paths):
        clips = [
            Clip(pathlib.Path(path), "fan", "id_00", "train", False)
            for path in paths
        ]
        good, broken = inspect_clips(clips)
        assert not broken
        return good

    return inspect_paths


@pytest.fixture
def scored():
    """Makes scored clips: `scored(seed, strength)`."""
    return make_scored
