import numpy as np
import pytest

from keras_asd.losses import OwnClassError


def test_it_is_the_error_of_the_own_class():
    errors = np.random.default_rng(0).uniform(size=(6, 3)).astype("float32")
    classes = [0, 2, 1, 1, 0, 2]
    loss = OwnClassError(reduction=None)(np.eye(3)[classes], errors)
    expected = [errors[clip, own] for clip, own in enumerate(classes)]
    np.testing.assert_allclose(np.array(loss), expected, rtol=1e-6)


def test_soft_targets_weigh_the_errors():
    loss = OwnClassError()(np.array([[0.25, 0.75]]), np.array([[4.0, 8.0]]))
    assert float(loss) == 7.0


def test_targets_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="one-hot or soft classes"):
        OwnClassError()(np.ones((2, 2, 3)), np.ones((2, 3)))
