import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import roc_auc_score

from pipelines.evaluation.official.evaluators_ci95 import evaluators_ci95


def draw(num_clips):
    generator = np.random.default_rng(0)
    labels = np.arange(num_clips) % 2
    return labels, generator.normal(size=num_clips) + 0.4 * labels


def slow_estimates(labels, scores, max_fpr):
    every = range(len(labels))
    return [
        roc_auc_score(
            [labels[j] for j in every if j != i],
            [scores[j] for j in every if j != i],
            max_fpr=max_fpr,
        )
        for i in every
    ]


def test_it_is_what_the_evaluators_print():
    labels, scores = draw(41)
    halves = []
    for max_fpr in (None, 0.1):
        estimates = slow_estimates(labels, scores, max_fpr)
        mean = sum(estimates) / 41
        squares = sum((one - mean) ** 2 for one in estimates)
        halves.append(
            abs(scipy.stats.t.ppf(0.025, 40)) * (squares / 41 / 40) ** 0.5
        )
    expected = sum(halves) / 2
    assert evaluators_ci95(labels, scores) == pytest.approx(expected, rel=1e-9)


def test_clips_beyond_a_chunk_count_too():
    labels, scores = draw(300)
    areas = [slow_estimates(labels, scores, max_fpr) for max_fpr in (None, 0.1)]
    spread = np.mean(np.std(areas, axis=1, ddof=1)) / 300**0.5
    expected = scipy.stats.t.ppf(0.975, 299) * spread
    assert evaluators_ci95(labels, scores) == pytest.approx(expected, rel=1e-9)
