"""A tiny training run that several tests look at."""

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from tests.native_ops import with_native_ops

TINY = (
    "--preset reduced --clip_seconds 0.5 --embedder.width 0.125 "
    "--embedder.front_end.num_mel_bins 32 --epochs 2 --batch_size 8"
).split()


@pytest.fixture(scope="session")
def tiny():
    """Flags of a network that trains in seconds."""
    return TINY


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Two fans and a pump in DCASE 2020 form; clips of 0.5 s, one of 1.2 s."""
    root = tmp_path_factory.mktemp("data")
    generator = np.random.default_rng(0)

    def write(name, hz, seconds=0.5):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        time = np.arange(round(seconds * 16_000)) / 16_000
        hum = 0.1 * np.sin(2 * np.pi * hz * time)
        noise = 0.02 * generator.standard_normal(len(time))
        soundfile.write(path, hum + noise, 16_000)

    units = {"fan/id_00": 120, "fan/id_02": 180, "pump/id_00": 300}
    for key, hz in units.items():
        machine, unit = key.split("/")
        for i in range(10):
            write(f"{machine}/train/normal_{unit}_{i:08d}.wav", hz)
        for i in range(4):
            seconds = 1.2 if i == 3 else 0.5
            write(f"{machine}/test/normal_{unit}_{i:08d}.wav", hz, seconds)
            write(f"{machine}/test/anomaly_{unit}_{i:08d}.wav", 2 * hz)
    return root


@pytest.fixture(scope="session")
def run(data, tmp_path_factory):
    """A finished and evaluated run on `data`."""
    path = tmp_path_factory.mktemp("runs") / "tiny"
    with with_native_ops():
        assert main(["train", str(data), "--run", str(path), *TINY]) == 0
        assert main(["evaluate", str(path), str(data)]) == 0
    return path


@pytest.fixture(scope="session")
def version(run, tmp_path_factory):
    """The run's exported SavedModel."""
    target = tmp_path_factory.mktemp("saved_models") / "tiny"
    assert main(["export", str(run), "--to", str(target)]) == 0
    return target / "1"
