import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from keras_asd.metrics import decision_numbers


@pytest.mark.parametrize("seed", range(5))
def test_numbers_are_scikit_learns(seed):
    generator = np.random.default_rng(seed)
    truth, decided = generator.integers(0, 2, size=(2, 30))
    found = decision_numbers(truth, decided)
    expected = precision_recall_fscore_support(
        truth, decided, average="binary", zero_division=0
    )
    assert found.precision == pytest.approx(expected[0])
    assert found.recall == pytest.approx(expected[1])
    assert found.f1_score == pytest.approx(expected[2])


@pytest.mark.parametrize("truth, decided", [([0, 1], [0, 0]), ([0, 0], [1, 0])])
def test_what_is_undefined_is_zero(truth, decided):
    found = decision_numbers(truth, decided)
    assert found.precision == found.recall == found.f1_score == 0


@pytest.mark.parametrize(
    "truth, decided, rule",
    [
        ([0, 1], [0], "equally long"),
        ([0, 1], [0, 0.5], "zeros and ones"),
        ([0, 2], [0, 1], "zeros and ones"),
    ],
)
def test_what_is_no_decision_is_refused(truth, decided, rule):
    with pytest.raises(ValueError, match=rule):
        decision_numbers(truth, decided)
