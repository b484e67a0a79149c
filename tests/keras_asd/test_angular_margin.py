import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
from keras import ops

from keras_asd.angular_margin import add_angular_margin
from keras_asd.angular_margin import check_angular_margin
from tests.gradients import gradient


def move(cosine, margin):
    """The margin in degrees of plain trigonometry, one number at a time."""
    angle = math.acos(cosine)
    if angle < math.pi - margin:
        return math.cos(angle + margin)
    return cosine - margin * math.sin(margin)


@settings(max_examples=50, deadline=None)
@given(
    cosine=strategies.floats(-1.0, 1.0, width=32),
    margin=strategies.floats(0.0, 1.5),
)
def test_it_moves_the_angle_as_trigonometry_does(cosine, margin):
    if abs(math.acos(cosine) - (math.pi - margin)) < 1e-3:
        return  # either side of the jump
    actual = add_angular_margin(ops.array([cosine], "float32"), margin)
    assert float(actual[0]) == pytest.approx(move(cosine, margin), abs=1e-5)


def test_no_margin_changes_nothing():
    cosine = np.linspace(-0.999, 1.0, 101, dtype="float32")
    actual = ops.convert_to_numpy(add_angular_margin(cosine, 0.0))
    np.testing.assert_allclose(actual, cosine, atol=1e-7)


def test_it_falls_at_the_published_jump():
    switch = math.cos(math.pi - 0.7)
    cosine = np.array([switch + 1e-4, switch - 1e-4], "float32")
    before, after = ops.convert_to_numpy(add_angular_margin(cosine, 0.7))
    assert before == pytest.approx(-1.0, abs=1e-3)
    assert after == pytest.approx(-1.2158, abs=1e-3)


def test_a_larger_angle_never_gives_a_larger_result():
    angle = np.linspace(0.0, math.pi, 1000)
    moved = add_angular_margin(np.cos(angle).astype("float32"), 0.7)
    assert np.all(np.diff(ops.convert_to_numpy(moved)) < 1e-6)


@pytest.mark.parametrize(
    "cosine", [1.0, -1.0, 1.001, -1.001, 1 - 6e-8, -0.764842, -0.9, 0.0]
)
def test_the_gradient_is_finite_everywhere(cosine):
    slope = gradient(
        lambda x: ops.sum(add_angular_margin(x, 0.7)),
        np.array([cosine], "float32"),
    )
    assert np.isfinite(slope).all()


def test_the_gradient_is_the_slope():
    cosine = np.array([-0.9, -0.3, 0.2, 0.8], "float32")
    slope = gradient(lambda x: ops.sum(add_angular_margin(x, 0.7)), cosine)
    expected = [
        (move(c + 1e-6, 0.7) - move(c - 1e-6, 0.7)) / 2e-6
        for c in cosine.astype("float64")
    ]
    np.testing.assert_allclose(slope, expected, rtol=1e-4)


@pytest.mark.parametrize("margin", [-0.1, math.pi / 2, 30.0, float("nan")])
def test_a_margin_that_is_no_angle_is_refused(margin):
    with pytest.raises(
        ValueError, match=rf"`margin` must .*Received: margin={margin}\. For"
    ):
        check_angular_margin(margin, 30.0)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(
        ValueError, match=rf"`scale` must .*Received: scale={scale}\."
    ):
        check_angular_margin(0.5, scale)
