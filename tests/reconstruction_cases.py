"""Networks that predict frames for the contract, and clips for their tests."""

import numpy as np

from keras_asd.layers import TotalError
from keras_asd.models import ReconstructionEmbedder
from tests.harness import Case

SAMPLES = 8192


def make_noise(num_clips, seed=0, samples=SAMPLES, level=0.1):
    """White noise `(num_clips, samples)`, each clip a little louder or less."""
    generator = np.random.default_rng(seed)
    levels = level * generator.uniform(0.97, 1.03, (num_clips, 1))
    noise = levels * generator.normal(size=(num_clips, samples))
    return noise.astype("float32")


def make_small(predicts="all", samples=SAMPLES, **changes):
    """An embedder of a few bands, frames and units."""
    settings = {
        "num_mel_bins": 16,
        "units": (16, 8, 16),
        "num_frames": 3,
        "predicts": predicts,
        **changes,
    }
    return ReconstructionEmbedder(samples=samples, **settings)


def make_fitted(samples):
    embedder = make_small(samples=samples, num_mel_bins=8)
    noise = make_noise(4, samples=samples)
    embedder.fit_residuals([(noise, [False, False, True, True])])
    return embedder


def waveform(generator, batch, samples):
    levels = 10.0 ** generator.uniform(-2.0, 0.0, (batch, 1))
    noise = levels * generator.normal(size=(batch, samples))
    return (noise.astype("float32"),)


def errors(generator, batch, width):
    return (generator.uniform(0.0, 9.0, (batch, width)).astype("float32"),)


RECONSTRUCTION_CASES = {
    "layers.TotalError": Case(
        make=lambda _: TotalError(3, num_terms=2), inputs=errors, sizes=(6, 2)
    ),
    "models.ReconstructionEmbedder": Case(
        make=make_fitted, inputs=waveform, sizes=(4096, 1024, 3001)
    ),
}
