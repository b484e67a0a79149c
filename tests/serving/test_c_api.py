import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from pipelines.audio.riff import bare_header
from tests.serving.running import ROOT
from tests.serving.tiny_model import write_tiny_model

KEYS = np.array([b"fan/id_00", b"whale", b"pump"])


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    return write_tiny_model(tmp_path_factory.mktemp("fan") / "1")


@pytest.fixture
def run_c_api(version, tmp_path):
    def run(signature, **inputs):
        paths = [str(tmp_path / name) for name in ("in.npz", "out.npz")]
        np.savez(paths[0], **inputs)
        words = ["-m", "tests.serving.c_api", str(version), signature, *paths]
        subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        with np.load(paths[1]) as file:
            return dict(file)

    return run


def sounds():
    """Noise that ends in silence, as recordings may, in 16 bits."""
    generator = np.random.default_rng(0)
    noise = generator.integers(-(2**14), 2**14, (3, 1000)).astype("<i2")
    noise[:, -10:] = 0
    return noise


def check_alike(version, signature, found, **inputs):
    served = tf.saved_model.load(str(version)).signatures[signature](
        **{name: tf.constant(value) for name, value in inputs.items()}
    )
    assert set(found) == set(served)
    for name, value in served.items():
        np.testing.assert_array_equal(found[name], value.numpy())


def test_the_cpp_loader_gives_what_python_gives(version, run_c_api):
    waveform = (sounds() / 2**15).astype("float32")
    found = run_c_api("serving_default", waveform=waveform, machine=KEYS)
    assert found["problem"].tolist() == [b"", b"unknown machine", b""]
    check_alike(
        version, "serving_default", found, waveform=waveform, machine=KEYS
    )


def test_wav_bytes_pass_whole(version, run_c_api):
    wavs = [bare_header(1, 16000, 16, 2000) + row.tobytes() for row in sounds()]
    rows = np.frombuffer(b"".join(wavs), "uint8").reshape(3, -1)
    found = run_c_api("score_wav", wav_bytes=rows, machine=KEYS)
    check_alike(version, "score_wav", found, wav_bytes=wavs, machine=KEYS)


def test_what_does_not_load_is_told(version, run_c_api):
    with pytest.raises(subprocess.CalledProcessError) as stop:
        run_c_api("serving_default", waveform=np.zeros((1, 4), "float32"))
    assert "takes ['machine', 'waveform']" in stop.value.stderr
