import math

import numpy as np
import pytest

from keras_asd.losses import ArcFace


def test_margin_moves_only_the_target_logit():
    logits = [8 * math.cos(math.acos(0.6) + 0.3), 8 * 0.1]
    expected = -math.log(math.exp(logits[0]) / sum(map(math.exp, logits)))
    loss = ArcFace(margin=0.3, scale=8.0)(np.eye(2)[:1], np.array([[0.6, 0.1]]))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_three_embeddings_give_the_worked_numbers():
    embeddings = np.array([[3, 4, 0], [-1, -0.1, 0.2], [-2, 0, 0.3]])
    centres = np.array([[1, 0, 0], [0, 2, 0], [0, 0, 0.5], [1, 1, 1]])
    lengths = np.outer(
        np.linalg.norm(embeddings, axis=1), np.linalg.norm(centres, axis=1)
    )
    cosine = embeddings @ centres.T / lengths
    loss = ArcFace(margin=0.7, scale=30.0, reduction=None)
    losses = np.array(loss(np.eye(4)[[1, 0, 3]], cosine))
    expected = [17.490345, 48.661125, 32.495491]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_without_a_margin_it_is_the_cross_entropy_of_scaled_cosines():
    cosine = np.random.default_rng(0).uniform(-1, 1, (5, 3))
    odds = np.exp(30.0 * cosine)
    expected = -np.log(odds[:, 1] / odds.sum(axis=1)).mean()
    loss = ArcFace(margin=0.0)(np.eye(3)[[1] * 5], cosine)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_a_perfect_clip_costs_almost_nothing():
    loss = ArcFace()(np.eye(2)[:1], np.array([[1.0, -1.0]]))
    assert 0 <= float(loss) < 1e-6


def test_targets_of_mixed_clips_are_refused_with_the_way_out():
    with pytest.raises(
        ValueError,
        match=r"shape \(batch, 3\) .*Received: \(4, 2, 3\).*`NoisyArcMix`",
    ):
        ArcFace()(np.ones((4, 2, 3)), np.ones((4, 3)))
