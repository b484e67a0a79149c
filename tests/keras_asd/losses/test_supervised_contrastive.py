import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies

from keras_asd.losses import SupervisedContrastive
from tests.gradients import gradient


def slow_losses(labels, projections, temperature, includes_anchor):
    """Loss of every anchor, `None` where it has no positive."""
    directions = [row / np.linalg.norm(row) for row in projections]
    losses = []
    for anchor, direction in enumerate(directions):
        odds = [
            math.exp(float(direction @ other) / temperature)
            for other in directions
        ]
        total = sum(
            value
            for place, value in enumerate(odds)
            if includes_anchor or place != anchor
        )
        terms = [
            -math.log(value / total)
            for place, value in enumerate(odds)
            if place != anchor and labels[place] == labels[anchor]
        ]
        losses.append(sum(terms) / len(terms) if terms else None)
    return losses


def one_hot(labels, num_classes=4):
    return np.eye(num_classes)[list(labels)]


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(
    labels=strategies.lists(strategies.integers(0, 3), min_size=8, max_size=8),
    temperature=strategies.sampled_from([0.1, 0.5, 2.0]),
    includes_anchor=strategies.booleans(),
    seed=strategies.integers(0, 99),
)
def test_it_is_what_a_slow_hand_gets(
    labels, temperature, includes_anchor, seed
):
    projections = np.random.default_rng(seed).normal(size=(8, 5))
    slow = slow_losses(labels, projections, temperature, includes_anchor)
    counted = [loss for loss in slow if loss is not None]
    loss = SupervisedContrastive(temperature, includes_anchor)
    result = float(loss(one_hot(labels), projections))
    assert result == pytest.approx(np.mean(counted or [0.0]), rel=1e-4)


def test_an_anchor_without_a_positive_has_no_loss_of_its_own():
    labels = [0, 0, 1]
    projections = np.random.default_rng(0).normal(size=(3, 4))
    loss = SupervisedContrastive(0.5, reduction=None)
    values = np.array(loss(one_hot(labels), projections))
    slow = slow_losses(labels, projections, 0.5, False)
    assert slow[2] is None and values[2] == 0.0
    np.testing.assert_allclose(values[:2], 1.5 * np.array(slow[:2]), rtol=1e-5)


@pytest.mark.parametrize("labels", [[0], [0, 1, 2]])
def test_a_batch_without_any_positive_costs_nothing(labels):
    projections = np.ones((len(labels), 3), "float32")
    loss = SupervisedContrastive()
    slope = gradient(lambda x: loss(one_hot(labels), x), projections)
    assert float(loss(one_hot(labels), projections)) == 0.0
    np.testing.assert_array_equal(slope, np.zeros_like(projections))


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("includes_anchor", [False, True])
def test_equal_projections_have_a_finite_loss_and_gradient(
    value, includes_anchor
):
    projections = np.full((4, 3), value, "float32")
    targets = one_hot([0, 0, 1, 1])
    loss = SupervisedContrastive(includes_anchor=includes_anchor)
    # All others are alike: the probability is one over their number.
    expected = math.log(4 if includes_anchor else 3)
    assert float(loss(targets, projections)) == pytest.approx(expected)
    slope = gradient(lambda x: loss(targets, x), projections)
    assert np.isfinite(slope).all()


def test_a_clip_of_no_class_is_nobody_s_other():
    projections = np.random.default_rng(0).normal(size=(5, 4))
    targets = one_hot([0, 0, 1, 1, 2])
    targets[-1] = 0
    for includes_anchor in (False, True):
        loss = SupervisedContrastive(0.5, includes_anchor)
        alone = float(loss(targets[:-1], projections[:-1]))
        found = float(loss(targets, projections))
        assert found == pytest.approx(alone, rel=1e-5)


def test_the_length_of_a_projection_does_not_matter():
    generator = np.random.default_rng(0)
    projections = generator.normal(size=(6, 4))
    scales = generator.uniform(0.1, 10.0, (6, 1))
    targets = one_hot([0, 0, 1, 1, 2, 2])
    loss = SupervisedContrastive()
    assert float(loss(targets, projections)) == pytest.approx(
        float(loss(targets, scales * projections)), rel=1e-4
    )


def test_with_the_anchor_among_the_others_perfection_still_costs():
    targets, projections = one_hot([0, 0, 1, 1]), np.eye(2)[[0, 0, 1, 1]]
    loss = SupervisedContrastive()(targets, projections)
    assert float(loss) == pytest.approx(0.0, abs=1e-3)
    with_anchor = SupervisedContrastive(includes_anchor=True)
    assert float(with_anchor(targets, projections)) == pytest.approx(
        math.log(2.0), abs=1e-3
    )


def test_steps_down_the_gradient_gather_the_classes():
    generator = np.random.default_rng(0)
    projections = generator.normal(size=(8, 3)).astype("float32")
    labels = np.array([0, 1] * 4)
    loss = SupervisedContrastive(0.5)
    targets = one_hot(labels)
    losses = []
    for _ in range(40):
        losses.append(float(loss(targets, projections)))
        projections -= gradient(lambda x: loss(targets, x), projections)
    assert losses[-1] < 0.7 * losses[0]
    directions = projections / np.linalg.norm(projections, axis=1)[:, None]
    cosine = directions @ directions.T
    is_same = labels[:, None] == labels
    assert cosine[is_same].min() > cosine[~is_same].max()


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_bad_temperature_is_refused(temperature):
    with pytest.raises(ValueError, match="Received: temperature="):
        SupervisedContrastive(temperature)


def test_targets_of_mixed_clips_are_refused_with_the_way_out():
    with pytest.raises(ValueError, match="train without mixup"):
        SupervisedContrastive()(np.ones((4, 2, 3)), np.ones((4, 3)))
