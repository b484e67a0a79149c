"""Pieces of plain classifiers and of CLP-SCF for the contract, and clips."""

import numpy as np

from keras_asd.layers import ClassLogits
from keras_asd.layers import ProjectionHead
from keras_asd.models import MobileNetEmbedder
from keras_asd.scorers import LogOdds
from tests.harness import Case

PITCHES = (500.0, 2000.0)


def draw_tones(num_clips, samples, pitches=PITCHES[:1], seed=0):
    """Clips `(num_clips, samples)` of tones in noise, of random phase."""
    generator = np.random.default_rng(seed)
    time = np.arange(samples) / 16_000
    clips = generator.normal(0.0, 0.05, (num_clips, samples))
    for hz in pitches:
        phase = generator.uniform(0.0, 2 * np.pi, (num_clips, 1))
        clips += 0.1 * np.sin(2 * np.pi * hz * time + phase)
    return clips.astype("float32")


def draw_two_machines(num_clips, samples):
    """Half the clips of either pitch, and their one-hot classes."""
    half = num_clips // 2
    parts = [
        draw_tones(half, samples, [hz], seed) for seed, hz in enumerate(PITCHES)
    ]
    classes = np.repeat([0, 1], half)
    return np.concatenate(parts), np.eye(2, dtype="float32")[classes]


def draw_normal_and_faulty(num_clips, samples):
    """Clips of the first machine, and as many at the other one's pitch."""
    normal = draw_tones(num_clips, samples, PITCHES[:1], seed=7)
    faulty = draw_tones(num_clips, samples, PITCHES[1:], seed=8)
    return np.concatenate([normal, faulty])


def waveform(generator, batch, samples):
    return (generator.normal(0, 0.1, (batch, samples)).astype("float32"),)


def rows(generator, batch, width):
    return (generator.normal(size=(batch, width)).astype("float32"),)


CLASSIFIER_CASES = {
    "layers.ClassLogits": Case(
        make=lambda _: ClassLogits(5), inputs=rows, sizes=(6, 1)
    ),
    "layers.ProjectionHead": Case(
        make=lambda _: ProjectionHead(4), inputs=rows, sizes=(6, 1)
    ),
    "models.MobileNetEmbedder": Case(
        make=lambda samples: MobileNetEmbedder(
            samples=samples, num_mel_bins=32, width=0.1
        ),
        inputs=waveform,
        sizes=(16_896, 17_919),
    ),
    "scorers.LogOdds": Case(
        make=lambda _: LogOdds(), inputs=rows, sizes=(5, 2)
    ),
}
