import time

import numpy as np
import pytest

from keras_asd.metrics import percentile_interval
from keras_asd.metrics import resample_counts
from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area


def test_each_stratum_keeps_its_size_in_each_resample():
    strata = np.array(["b", "a", "b", "c", "a", "a"])
    counts = resample_counts(strata, num_resamples=50)
    assert counts.shape == (50, 6)
    for stratum, size in [("a", 3), ("b", 2), ("c", 1)]:
        assert np.all(counts[:, strata == stratum].sum(axis=1) == size)


def test_every_clip_is_drawn_once_on_average():
    counts = resample_counts([0] * 10 + [1] * 5, num_resamples=20_000)
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.05)


def test_the_same_seed_draws_the_same_clips():
    first = resample_counts([0] * 30, num_resamples=7, seed=3)
    assert np.array_equal(first, resample_counts([0] * 30, 7, seed=3))
    assert not np.array_equal(first, resample_counts([0] * 30, 7, seed=4))


def test_one_generator_draws_other_clips_each_time():
    generator = np.random.default_rng(3)
    first = resample_counts([0] * 30, 7, generator)
    assert not np.array_equal(first, resample_counts([0] * 30, 7, generator))


def test_interval_of_a_mean_is_that_of_the_normal_law():
    values = np.random.default_rng(1).normal(size=400)
    counts = resample_counts(np.zeros(400), num_resamples=4000)
    low, high = percentile_interval(counts @ values / 400)
    half_width = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half_width, abs=0.01)
    assert high == pytest.approx(values.mean() + half_width, abs=0.01)


def test_the_interval_covers_the_true_auc_as_often_as_it_says():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 60)
    truth = 0.7602  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt(2))
    num_covered = 0
    for _ in range(200):
        scores = generator.normal(size=120) + labels
        counts = resample_counts(labels, 300, generator)
        areas = standardized_area(*roc_curves(labels, scores, counts))
        low, high = percentile_interval(areas)
        num_covered += low <= truth <= high
    assert 180 <= num_covered <= 199


def test_a_thousand_resamples_of_twelve_sections_take_little_time():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 200)
    started = time.process_time()
    for _ in range(12):
        counts = resample_counts(labels, 1000, generator)
        rates = roc_curves(labels, generator.normal(size=400), counts)
        standardized_area(*rates)
        standardized_area(*rates, max_fpr=0.1)
    assert time.process_time() - started < 10


def test_no_resample_is_refused():
    with pytest.raises(ValueError, match="num_resamples"):
        resample_counts([0, 1], num_resamples=0)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        percentile_interval([0.1, 0.2], confidence)
