import math

import numpy as np
import pytest

from keras_asd.losses import ClassCrossEntropy


def slow_loss(targets, logits):
    """Clip by clip, class by class, in float64."""
    losses = []
    for weights, row in zip(targets, logits, strict=True):
        total = sum(math.exp(logit) for logit in row)
        losses.append(
            sum(
                -weight * math.log(math.exp(logit) / total)
                for weight, logit in zip(weights, row, strict=True)
            )
        )
    return losses


def test_of_one_hot_and_of_soft_classes_it_is_what_a_slow_hand_gets():
    generator = np.random.default_rng(0)
    logits = generator.normal(0.0, 5.0, (6, 4))
    soft = generator.dirichlet(np.ones(4), size=3)
    targets = np.concatenate([np.eye(4)[[0, 3, 1]], soft])
    losses = np.array(ClassCrossEntropy(reduction=None)(targets, logits))
    np.testing.assert_allclose(losses, slow_loss(targets, logits), rtol=1e-5)


def test_enormous_logits_give_finite_losses():
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]])
    loss = ClassCrossEntropy(reduction=None)
    losses = np.array(loss(np.eye(2)[[0, 0]], logits))
    np.testing.assert_allclose(losses, [0.0, 2e4])


def test_targets_of_mixed_clips_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="Add up the two rows"):
        ClassCrossEntropy()(np.ones((4, 2, 3)), np.ones((4, 3)))
