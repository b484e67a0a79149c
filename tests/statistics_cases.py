"""Whitened statistics and views for the contract."""

import numpy as np

from keras_asd.layers import ViewWhitening
from keras_asd.layers import Whitening
from keras_asd.models import StatisticsEmbedder
from keras_asd.models import ViewsEmbedder
from tests.harness import Case


def noise(generator, *shape):
    """Noise with one row a clip, some clips a thousand times the louder."""
    levels = 10.0 ** generator.uniform(-3.0, 0.0, shape[:1])
    rows = generator.normal(size=shape)
    return (rows.T * levels).T.astype("float32")


def waveform(generator, batch, samples):
    return (noise(generator, batch, samples),)


def rows(generator, batch, _):
    return (generator.normal(size=(batch, 6)).astype("float32"),)


def make_whitening(_):
    layer = Whitening(4)
    layer.fit(np.random.default_rng(3).normal(size=(9, 6)))
    return layer


def make_view_whitening(_):
    layer = ViewWhitening([3, 2])
    layer.fit(np.random.default_rng(3).normal(size=(9, 6)))
    return layer


def make_views_embedder(samples):
    return make_statistics_embedder(samples, ViewsEmbedder)


def make_statistics_embedder(samples, kind=StatisticsEmbedder):
    embedder = kind(samples=samples, num_mel_bins=8, num_modulation_bands=2)
    clips = noise(np.random.default_rng(3), 12, samples)
    embedder.fit(np.array(embedder.statistics(clips)))
    return embedder


STATISTICS_CASES = {
    "layers.ViewWhitening": Case(
        make=make_view_whitening, inputs=rows, sizes=(1,)
    ),
    "layers.Whitening": Case(make=make_whitening, inputs=rows, sizes=(1,)),
    "models.StatisticsEmbedder": Case(
        make=make_statistics_embedder, inputs=waveform, sizes=(4096, 700)
    ),
    "models.ViewsEmbedder": Case(
        make=make_views_embedder, inputs=waveform, sizes=(4096, 700)
    ),
}
