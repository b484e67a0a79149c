import keras
import numpy as np
import pytest

from keras_asd.scorers import Calibration

CURVES = [
    ([0.0, 1.0, 4.0], np.log([1.0, 0.5, 0.001])),
    None,
    ([-3.0, 7.0], np.log([1.0, 0.01])),
]
SIZES = [99, 0, 19]


@pytest.fixture
def calibration():
    return Calibration(3, false_alarm_rate=0.05).fit(CURVES, SIZES)


def judge(calibration, scores, keys, rates=None):
    outputs = calibration(
        np.array(scores, "float32"),
        np.array(keys, "int32"),
        None if rates is None else np.array(rates, "float32"),
    )
    return np.array(outputs["p_value"]), np.array(outputs["decision"])


def test_the_logarithm_of_a_p_value_is_a_straight_line_between_knots(
    calibration,
):
    scores = np.linspace(-9.0, 9.0, 101)
    for key in (0, 2):
        found, _ = judge(calibration, scores, [key] * 101)
        expected = np.exp(np.interp(scores, *CURVES[key]))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_an_alarm_is_a_p_value_of_at_most_the_wish(calibration):
    scores = np.linspace(-5.0, 9.0, 57)
    rates = np.full(57, 0.2)
    p_values, decisions = judge(calibration, scores, [2] * 57, rates)
    assert (decisions == (p_values <= np.float32(0.2))).all()
    assert set(decisions) == {0, 1}


def test_what_cannot_be_judged_has_neither_p_value_nor_decision(calibration):
    scores = [np.nan, np.inf, -np.inf, 0.5, 0.5, 0.5, 0.5]
    keys = [0, 0, 0, 1, 3, -1, 999]
    p_values, decisions = judge(calibration, scores, keys)
    assert np.isnan(p_values).all()
    assert (decisions == -1).all()


def test_few_clips_promise_no_small_rate(calibration):
    keys, rates = [0, 0, 2, 2], [0.01, 0.0099, 0.05, 0.049]
    p_values, decisions = judge(calibration, [9.0] * 4, keys, rates)
    assert decisions.tolist() == [1, -1, 1, -1]
    assert np.isfinite(p_values).all()


@pytest.mark.parametrize("num_clips", [1, 9, 19, 99, 199, 999, 12345])
def test_the_least_rate_that_clips_can_promise_is_decided(num_clips):
    calibration = Calibration(1).fit([([0.0, 1.0], [0.0, -20.0])], [num_clips])
    rate = 1.0 / (num_clips + 1)
    assert judge(calibration, [2.0], [0], [rate])[1] == [1]
    assert judge(calibration, [2.0], [0], [0.99 * rate])[1] == [-1]


@pytest.mark.parametrize("num_clips", [2, 6, 18, 27, 99, 299])
def test_with_just_enough_clips_the_highest_score_is_an_alarm(num_clips):
    rate = 1.0 / (num_clips + 1)
    ranks = np.arange(num_clips + 1, 0, -1) / (num_clips + 1)
    curve = (np.arange(num_clips + 1.0), np.log(ranks))
    calibration = Calibration(1).fit([curve], [num_clips])
    assert judge(calibration, [999.0], [0], [rate])[1] == [1]


def test_a_rate_that_no_p_value_reaches_has_no_decision():
    curve = ([0.0, 1.0], np.log([1.0, 0.2]))
    calibration = Calibration(1).fit([curve], [99])
    rates = [0.1, 0.19, 0.2, 0.5]
    _, decisions = judge(calibration, [9.0] * 4, [0] * 4, rates)
    assert decisions.tolist() == [-1, -1, 1, 1]
    _, decisions = judge(calibration, [0.0] * 4, [0] * 4, rates)
    assert decisions.tolist() == [-1, -1, 0, 0]


@pytest.mark.parametrize("rate", [np.nan, 0.0, -1.0, 1.0, 2.0, np.inf])
def test_a_wish_that_is_no_share_has_no_decision(calibration, rate):
    assert judge(calibration, [2.0], [0], [rate])[1] == [-1]


def test_equal_scores_take_the_larger_p_value():
    curve = ([0.0, 1.0, 1.0, 2.0], np.log([1.0, 0.5, 0.3, 0.1]))
    calibration = Calibration(1).fit([curve], [9])
    np.testing.assert_allclose(
        judge(calibration, [1.0], [0])[0], [0.5], rtol=1e-6
    )


def test_a_row_does_not_depend_on_its_neighbours(calibration):
    scores, keys = [0.5, np.nan, 3.0, 6.0], [0, 0, 7, 2]
    together = judge(calibration, scores, keys)
    for row in range(4):
        alone = judge(calibration, scores[row : row + 1], keys[row : row + 1])
        for one, every in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, every[row : row + 1])


def test_it_is_saved_with_its_state(calibration, tmp_path):
    inputs = [
        keras.Input((), dtype="float32"),
        keras.Input((), dtype="int32"),
    ]
    model = keras.Model(inputs, calibration(*inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    arguments = [np.array([0.5, 9.0], "float32"), np.array([0, 1], "int32")]
    for name, expected in model(arguments).items():
        np.testing.assert_array_equal(again(arguments)[name], expected)


def test_it_is_filled_from_another_where_it_has_no_clips(calibration):
    other = Calibration(3).fit(
        [([5.0, 6.0], [0.0, -1.0]), CURVES[2]] * 1 + [None], [7, 8, 0]
    )
    filled = calibration.filled_from(other)
    assert np.array(filled.num_clips).tolist() == [99, 8, 19]
    scores, keys = np.linspace(-4, 8, 30), np.arange(30) % 3
    found = judge(filled, scores, keys)[0]
    own = judge(calibration, scores, keys)[0]
    others = judge(other, scores, keys)[0]
    np.testing.assert_allclose(
        found, np.where(keys == 1, others, own), rtol=1e-6
    )


def test_another_fit_must_fit_in(calibration):
    calibration.fit([None, CURVES[2], None], [0, 5, 0])
    assert np.array(calibration.num_clips).tolist() == [0, 5, 0]
    with pytest.raises(ValueError, match="must fit into `num_knots`"):
        calibration.fit([(np.arange(4.0), -np.arange(4.0))] * 3, SIZES)
    with pytest.raises(ValueError, match="a curve and a number of clips"):
        calibration.fit(CURVES[:2], SIZES)


@pytest.mark.parametrize(
    "curve",
    [
        ([], []),
        ([0.0, 1.0], [0.0]),
        ([1.0, 0.0], [0.0, -1.0]),
        ([0.0, 1.0], [-1.0, 0.0]),
        ([0.0, 1.0], [0.5, 0.0]),
        ([0.0, np.nan], [0.0, -1.0]),
        ([0.0, 1.0], [0.0, -np.inf]),
        ([0.0, 1e39], [0.0, -1.0]),
    ],
)
def test_what_is_no_curve_is_refused(curve):
    with pytest.raises(ValueError, match="A curve must be finite scores"):
        with np.errstate(over="ignore"):
            Calibration(1).fit([curve], [9])


def test_bad_settings_are_refused():
    for rate in (0.0, 1.0, np.nan):
        with pytest.raises(ValueError, match="`false_alarm_rate` must be"):
            Calibration(1, false_alarm_rate=rate)
    with pytest.raises(ValueError, match="at least one key"):
        Calibration(0)
    with pytest.raises(ValueError, match="must be fitted before"):
        judge(Calibration(1), [0.0], [0])
