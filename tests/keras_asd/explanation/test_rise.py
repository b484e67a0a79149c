import itertools

import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.explanation import rise
from keras_asd.models import StatisticsEmbedder

PATCH = (slice(18, 24), slice(4, 9))


class Fake:
    """Embeds a picture by its energy within a patch, and a hum beside it."""

    def represent(self, waveform):
        picture = ops.reshape(waveform, (-1, 30, 20))
        return {"picture": picture, "hum": picture[:, :, 0]}

    def neutral(self, representations):
        return {k: ops.zeros_like(v) for k, v in representations.items()}

    def embed(self, representations, training=None):
        assert training is False
        patch = representations["picture"][:, *PATCH]
        energy = ops.mean(ops.square(patch), axis=(1, 2))
        hum = ops.mean(representations["hum"], axis=1)
        return ops.stack([energy, hum], axis=-1)


class Mean(Fake):
    """Embeds six numbers by weighing them."""

    weights = np.array([0.0, 3.0, 0.0, 0.0, -2.0, 1.0], "float32")

    def represent(self, waveform):
        return {"numbers": waveform}

    def embed(self, representations, training=None):
        return representations["numbers"] * self.weights


def energy(embedding):
    return embedding[:, 0]


@pytest.fixture
def waveform():
    return np.random.default_rng(0).normal(size=600).astype("float32")


def test_the_peak_lies_where_the_score_comes_from(waveform):
    found = rise(Fake(), energy, waveform, "picture", 1500, cells=(5, 4))
    assert found.shape == (30, 20)
    time, bin_ = np.unravel_index(found.argmax(), found.shape)
    assert PATCH[0].start <= time < PATCH[0].stop
    assert PATCH[1].start <= bin_ < PATCH[1].stop
    far = np.abs(found[:10, 12:]).mean()
    assert found.max() > 5 * far


def test_what_speaks_for_a_normal_clip_is_below_zero(waveform):
    found = rise(
        Fake(), lambda e: -energy(e), waveform, "picture", 1500, (5, 4)
    )
    time, bin_ = np.unravel_index(found.argmin(), found.shape)
    assert found.min() < -2 * found.max()
    assert PATCH[0].start <= time < PATCH[0].stop
    assert PATCH[1].start <= bin_ < PATCH[1].stop


def exact_map(clip, score, cells, steps=60):
    """Covariance over variance, over every grid and many shifts."""
    length = len(clip)
    masks, scores = [], []
    for grid in itertools.product((0.0, 1.0), repeat=cells + 2):
        for step in range(steps):
            place = np.arange(length) * cells / length + (step + 0.5) / steps
            mask = np.interp(place, np.arange(cells + 2), grid)
            masks.append(mask)
            scores.append(score(mask * clip))
    masks, scores = np.array(masks), np.array(scores)
    covariance = ((scores - scores.mean())[:, None] * masks).mean(axis=0)
    return covariance / masks.var(axis=0)


def test_it_nears_the_exact_covariance():
    clip = np.array([1.0, 2.0, -1.0, 0.5, 1.5, 1.0], "float32")

    def score(numbers):
        return (numbers * Mean.weights).sum(axis=-1) ** 2

    expected = exact_map(clip, score, cells=2)
    found = [
        rise(
            Mean(),
            lambda embedding: ops.square(ops.sum(embedding, axis=-1)),
            clip,
            "numbers",
            num_masks=400,
            cells=2,
            batch_size=400,
            seed=seed,
        )
        for seed in range(60)
    ]
    error = np.std(found, axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(np.mean(found, axis=0) - expected) < 5 * error)
    assert np.all(error < 0.1 * np.abs(expected).max())


def test_a_straight_score_of_far_cells_gives_their_parts():
    clip = np.array([4.0, 0.0, 0.0, 0.0, 0.0, -3.0], "float32")
    found = rise(
        Mean(),
        lambda embedding: 5 + ops.sum(embedding, axis=-1) / Mean.weights[5],
        clip,
        "numbers",
        num_masks=4000,
        cells=3,
        batch_size=1000,
    )
    assert found[5] == pytest.approx(-3.0, abs=0.2)


def test_the_batch_size_does_not_matter(waveform):
    arguments = (Fake(), energy, waveform, "picture", 50, 4)
    found = [rise(*arguments, batch_size=n) for n in (1, 7, 50, 64)]
    for other in found[1:]:
        np.testing.assert_allclose(found[0], other, atol=1e-5)


def test_a_large_constant_in_the_score_does_not_matter(waveform):
    arguments = ("picture", 50, 4)
    found = rise(Fake(), energy, waveform, *arguments)
    moved = rise(
        Fake(), lambda e: np.array(energy(e), "float64") + 1e6, waveform,
        *arguments,
    )  # fmt: skip
    np.testing.assert_allclose(found, moved, atol=1e-6)


def test_the_same_seed_gives_the_same_map(waveform):
    first, again, other = (
        rise(Fake(), energy, waveform, "picture", 40, 4, seed=seed)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_masks_of_one_representation_leave_the_others_alone(waveform):
    found = rise(Fake(), energy, waveform, "hum", 40, 4)
    assert found.shape == (30,)
    np.testing.assert_allclose(found, 0.0, atol=1e-9)


def test_a_clip_that_is_its_own_fill_has_an_empty_map(waveform):
    fill = waveform.reshape(30, 20)
    found = rise(Fake(), energy, waveform, "picture", 40, 4, fill=fill)
    np.testing.assert_allclose(found, 0.0, atol=1e-6)


def test_progress_is_told_of_every_mask(waveform):
    told = []
    rise(Fake(), energy, waveform, "hum", 40, 4, batch_size=16,
         progress=told.append)  # fmt: skip
    assert told == [16, 16, 8]


def test_a_click_is_found_in_time_and_frequency():
    generator = np.random.default_rng(0)
    noise = generator.normal(0.0, 0.02, (16, 16_000)).astype("float32")
    embedder = StatisticsEmbedder(samples=16_000, num_mel_bins=16)
    embedder.fit(np.array(embedder.statistics(noise[1:])))
    time = np.arange(1600) / 16_000
    strange = noise[0].copy()
    strange[8000:9600] += 0.3 * np.sin(2 * np.pi * 3000 * time)
    found = rise(
        embedder, lambda e: ops.norm(e, axis=-1), strange, "log_mel", 320, 8
    )
    (_, seconds), (_, hz) = embedder.axes("log_mel")
    frame, band = np.unravel_index(found.argmax(), found.shape)
    assert 0.45 < seconds[frame] < 0.65
    assert 2000 < hz[band] < 4500


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({"waveform": np.zeros((2, 600))}, "must be one clip"),
        ({"name": "colour"}, "'picture', 'hum'"),
        ({"score": lambda embedding: embedding}, "one finite number"),
        ({"score": lambda e: e[:, 0] * np.nan}, "not finite"),
    ],
)
def test_what_cannot_be_mapped_is_refused(waveform, arguments, reason):
    arguments = {
        "embedder": Fake(),
        "score": energy,
        "waveform": waveform,
        "name": "picture",
        "num_masks": 4,
        "cells": 2,
        **arguments,
    }
    with pytest.raises(ValueError, match=reason):
        rise(**arguments)


def test_a_plain_model_has_nothing_to_mask():
    model = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="`embedder` must have `represent`"):
        rise(model, lambda embedding: embedding[:, 0], np.zeros(9), "log_mel")
