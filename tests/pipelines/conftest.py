import pathlib
import struct

import numpy as np
import pytest

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from tests.made_up_benchmark import make_scored
from tests.pipelines.datasets.download.fake_zenodo import ADDITIONAL
from tests.pipelines.datasets.download.fake_zenodo import DEVELOPMENT
from tests.pipelines.datasets.download.fake_zenodo import EVALUATION
from tests.pipelines.datasets.download.fake_zenodo import FakeZenodo
from tests.pipelines.datasets.download.fake_zenodo import pack
from tests.serving.running import running_server


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
def zenodo(monkeypatch):
    """DCASE 2020 in small: two machines, all three records."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    server = FakeZenodo()
    for machine in ("fan", "pump"):
        server.add(
            DEVELOPMENT,
            f"dev_data_{machine}.zip",
            pack(
                {
                    f"{machine}/train/normal_id_00_00000000.wav": b"a" * 999,
                    f"{machine}/test/anomaly_id_00_00000000.wav": b"b" * 999,
                }
            ),
        )
        server.add(
            ADDITIONAL,
            f"eval_data_train_{machine}.zip",
            pack({f"{machine}/train/normal_id_01_00000000.wav": b"c" * 999}),
        )
        server.add(
            EVALUATION,
            f"eval_data_test_{machine}.zip",
            pack({f"{machine}/test/id_01_00000000.wav": b"d" * 999}),
        )
    with server.running():
        yield server


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """A server of the model `fan` in a process of its own."""
    # Imports TensorFlow, which most tests here do without.
    from tests.serving.tiny_model import write_tiny_model

    models = tmp_path_factory.mktemp("models")
    write_tiny_model(models / "fan" / "1")
    with running_server(models) as server:
        yield server


@pytest.fixture
def server(served, monkeypatch):
    """Likewise, with no fault left over, and no proxy on the way."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    served.order_faults()
    return served


@pytest.fixture(params=["rest", "grpc"])
def url_of(server, request):
    """From a model's name to its URL, over either way."""
    return getattr(server, f"{request.param}_url")


@pytest.fixture
def scored():
    """Makes scored clips: `scored(seed, strength)`."""
    return make_scored
