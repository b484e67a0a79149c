import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from pipelines.training.mixing import MIN_MIX_WEIGHT
from pipelines.training.mixing import draw_mix
from pipelines.training.mixing import mixed_targets


def draw_many(alpha, mix_per):
    draws = [draw_mix(64, [3, i], alpha, mix_per)[0] for i in range(40)]
    return np.stack(draws)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 2.0])
def test_weights_follow_the_beta_distribution(alpha):
    weights = draw_many(alpha, "clip").ravel().astype("float64")
    beta = scipy.stats.beta(alpha, alpha)
    assert scipy.stats.kstest(weights, beta.cdf).pvalue > 1e-3


def test_one_weight_for_the_batch_or_one_for_every_clip():
    assert len(np.unique(draw_mix(64, [3, 0], mix_per="batch")[0])) == 1
    assert len(np.unique(draw_mix(64, [3, 0], mix_per="clip")[0])) > 50


def test_the_margin_row_never_vanishes():
    weights = draw_many(0.01, "clip")
    assert np.isfinite(weights).all()
    assert weights.min() >= np.float32(MIN_MIX_WEIGHT)
    assert (weights == np.float32(MIN_MIX_WEIGHT)).any()


def test_partners_are_a_permutation_and_the_draw_repeats():
    weight, partner = draw_mix(33, [5, 6])
    assert sorted(partner.numpy()) == list(range(33))
    again = draw_mix(33, [5, 6])
    np.testing.assert_array_equal(weight, again[0])
    np.testing.assert_array_equal(partner, again[1])
    assert (partner.numpy() != draw_mix(33, [5, 7])[1].numpy()).any()


def test_targets_hold_both_classes_with_their_weights():
    one_hot = tf.one_hot([2, 0, 1], 3)
    weight = tf.constant([0.9, 0.5, 0.1])
    targets = mixed_targets(one_hot, weight, tf.constant([1, 2, 0])).numpy()
    for row, (first, second) in enumerate([(2, 0), (0, 1), (1, 2)]):
        expected = np.zeros((2, 3))
        expected[0, first] = weight[row]
        expected[1, second] = 1 - weight[row]
        np.testing.assert_allclose(targets[row], expected, rtol=1e-6)


def test_a_share_of_the_clips_is_mixed():
    weights = np.stack(
        [draw_mix(64, [3, i], 1.0, "clip", 0.25)[0] for i in range(40)]
    )
    assert 0.2 < np.mean(weights < 1) < 0.3
    assert (draw_mix(64, [3, 0], 1.0, "clip", 0.0)[0].numpy() == 1).all()


def test_mixing_every_clip_draws_what_it_drew_without_the_choice():
    np.testing.assert_array_equal(
        draw_mix(33, [5, 6], probability=1.0)[0], draw_mix(33, [5, 6])[0]
    )
