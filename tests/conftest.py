"""Sounds and folders that several tests share."""

import gc
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from tests.hostile.fork_server import ForkServer
from tests.native_ops import with_native_ops
from tests.native_ops import without_native_ops
from tests.quick_training import running_eagerly

# The last in the alphabet, and long: whoever got one of them in the end would
# leave the other worker idle.
FIRST = ("tests/test_docs.py", "tests/tuning/")


def pytest_collection_modifyitems(items):
    """Begins with long files; all else keeps its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


def pytest_collection_finish():
    """Spares what has been imported, which stays, every search for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def plain_install():
    """libsndfile decodes, as where the extra `native` is not installed."""
    with without_native_ops():
        yield


@pytest.fixture(scope="module")
def native_ops(plain_install):
    """tensorflow-io decodes plain WAV, as where `native` is installed."""
    with with_native_ops():
        yield


@pytest.fixture(scope="session", autouse=True)
def no_power_cut():
    """Nothing waits for the disk: here processes are killed, no computer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def fork_server():
    """Runs commands in forks of a process that has all imported."""
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def disk_server():
    """A server that can mount disks, which it alone sees."""
    namespace = ["unshare", "-rm"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*namespace, "true"], capture_output=True).returncode
    ):
        pytest.skip("no file system can be mounted here")
    server = ForkServer(namespace)
    yield server
    server.close()


@pytest.fixture
def write_hum(tmp_path):
    """Writes a second of a hum in noise below `tmp_path`, from its name."""

    def write(name: str, hz: float = 120.0, seconds: float = 1.0, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        generator = np.random.default_rng(sum(path.name.encode()))
        rate = options.pop("sampling_rate", 16_000)
        time = np.arange(round(seconds * rate)) / rate
        hum = 0.1 * np.sin(2 * np.pi * hz * time)
        noise = 0.01 * generator.standard_normal(len(time))
        soundfile.write(path, hum + noise, rate, **options)
        return path

    return write


@pytest.fixture
def eager():
    """Networks that take a few steps are done before they would be traced."""
    with running_eagerly():
        yield


@pytest.fixture
def two_fans(write_hum, tmp_path) -> pathlib.Path:
    """A DCASE 2020 tree: two fans, ten normal clips and six to judge each."""
    for unit, hz in (("id_00", 120.0), ("id_02", 180.0)):
        for index in range(10):
            write_hum(f"data/fan/train/normal_{unit}_{index:08d}.wav", hz)
        for index in range(3):
            write_hum(f"data/fan/test/normal_{unit}_{index:08d}.wav", hz)
            write_hum(f"data/fan/test/anomaly_{unit}_{index:08d}.wav", 1.5 * hz)
    return tmp_path / "data"
