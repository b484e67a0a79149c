"""Decisions without Keras, held against those of the calibration."""

import numpy as np

from keras_asd.scorers import Calibration
from pipelines.calibration.requested_rates import decide


def test_decisions_are_those_of_the_calibration():
    counts, ends = [1, 9, 40, 99, 0], [0.5, 0.1, 0.2, 0.003, 0.01]
    curves = [([0.0, 1.0], np.log([1.0, end])) for end in ends]
    calibration = Calibration(5).fit(curves, counts)
    least = [
        max(1 / (count + 1), end) if count else np.nan
        for count, end in zip(counts, ends, strict=True)
    ]
    scores = np.float32([-1.0, 0.0, 0.5, 0.9, 0.999, 1.0, 2.0, np.nan])
    key = np.repeat(np.arange(5, dtype="int32"), len(scores))
    score = np.tile(scores, 5)
    rates = [1e-6, 0.01, 0.0099, 0.1, 0.0999, 0.2, 0.5, 0.499, 0.7, 0.99]
    seen = set()
    for rate in rates:
        wished = np.full(len(key), rate, "float32")
        expected = calibration(score, key, wished)
        found = decide(
            np.array(expected["p_value"]),
            np.ones(len(key), bool),
            np.array(least)[key],
            rate,
        )
        np.testing.assert_array_equal(found, expected["decision"], str(rate))
        seen |= set(found.tolist())
    assert seen == {-1, 0, 1}


def test_of_what_is_not_valid_only_an_alarm_stays():
    found = decide(
        np.array([0.01, 0.9]), np.array([False, False]), np.full(2, 0.01), 0.05
    )
    assert found.tolist() == [1, -1]
