import numpy as np
import pytest

from keras_asd.layers import ViewWhitening
from keras_asd.layers import Whitening

FEATURES = np.random.default_rng(0).normal(3.0, [1, 5, 9, 2, 7], (20, 5))
GROUPS = np.repeat([0, 1], 10)


def test_each_view_is_whitened_by_itself_and_the_rest_stays():
    layer = ViewWhitening([2, 1])
    layer.fit(FEATURES, GROUPS)
    found = np.array(layer(FEATURES))
    for part in (slice(0, 2), slice(2, 3)):
        alone = Whitening()
        alone.fit(FEATURES[:, part], GROUPS)
        expected = np.array(alone(FEATURES[:, part]))
        np.testing.assert_array_equal(found[:, part], expected)
    np.testing.assert_allclose(found[:, 3:], FEATURES[:, 3:], rtol=1e-6)


def test_it_says_whether_it_is_fitted():
    layer = ViewWhitening([2, 1])
    assert not layer.is_fitted
    with pytest.raises(ValueError, match="must be fitted"):
        layer(FEATURES)
    layer.fit(FEATURES)
    assert layer.is_fitted
    assert ViewWhitening.from_config(layer.get_config()).is_fitted


def test_too_few_features_are_refused():
    with pytest.raises(ValueError, match=r"5 features for dims=\[4, 2\]"):
        ViewWhitening([4, 2]).fit(FEATURES)
