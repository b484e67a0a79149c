import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_asd.layers import RecordingCheck
from keras_asd.problems import PROBLEMS

GENERATOR = np.random.default_rng(0)
HUM = 0.05 * np.sin(np.arange(4000) * 0.3) + GENERATOR.normal(0, 0.01, 4000)


def make_check(clips=(HUM, 0.5 * HUM), num_keys=2):
    check = RecordingCheck(num_keys)
    measures = np.concatenate([check.measure(clip[None]) for clip in clips])
    return check.fit(measures, np.zeros(len(clips), "int32"))


def name_problem(check, clip, key=0):
    clip = np.asarray(clip, "float32")[None]
    (place,) = np.array(check(clip, np.array([key], "int32")))
    return PROBLEMS[place]


@settings(deadline=None, max_examples=25)
@given(
    level=st.floats(-60, 0),
    offset=st.floats(-0.5, 0.5),
    num_full=st.integers(0, 50),
)
def test_measures_are_those_of_a_slow_count(level, offset, num_full):
    clip = offset + 10 ** (level / 20) * GENERATOR.normal(size=500)
    clip[:num_full] = -1.0
    clip = np.clip(clip, -1, 1).astype("float32").astype("float64")
    actual = np.array(RecordingCheck(1).measure(clip[None]))[0]
    mean = math.fsum(clip) / 500
    power = math.fsum((sample - mean) ** 2 for sample in clip) / 500
    assert actual[0] == pytest.approx(10 * math.log10(power), abs=1e-2)
    share = sum(abs(sample) >= 0.999 for sample in clip) / 500
    assert actual[1] == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(
    "clip, problem",
    [
        (HUM, ""),
        (HUM[::-1], ""),
        (3 * HUM, ""),
        (HUM / 4, ""),
        (HUM / 100, "level"),
        (12 * HUM, "level"),
        (np.clip(100 * HUM, -1, 1), "clipped"),
        (np.clip(100 * HUM, -32768 / 32768, 32767 / 32768), "clipped"),
        (np.zeros(4000), "silent"),
        (np.zeros(1), "silent"),
        (np.full(4000, 0.3), "silent"),
        (1e-6 * HUM, "silent"),
        (HUM + 0.2, ""),
        (np.where(np.arange(4000) == 7, np.nan, HUM), "not finite"),
        (np.where(np.arange(4000) == 7, np.inf, HUM), "not finite"),
        (np.where(np.arange(4000) == 7, -np.inf, HUM), "not finite"),
        (np.full(4000, np.nan), "not finite"),
        (np.where(np.arange(4000) == 7, 3e38, HUM), "level"),
    ],
)
def test_each_problem_is_told_by_its_name(clip, problem):
    assert name_problem(make_check(), clip) == problem


@pytest.mark.parametrize("key", [-1, 2, 2**31 - 1, -(2**31)])
def test_an_unknown_machine_comes_before_all_else(key):
    assert name_problem(make_check(), HUM, key) == "unknown machine"
    silence = np.zeros(4000)
    assert name_problem(make_check(), silence, key) == "unknown machine"


@pytest.mark.parametrize("check", [RecordingCheck(2), make_check()])
def test_what_was_never_fitted_knows_no_level_and_no_clipping(check):
    for gain in (1e-2, 1, 1e3):
        clip = np.clip(gain * HUM, -1, 1)
        assert name_problem(check, clip, key=1) == ""
    assert name_problem(check, np.zeros(9), key=1) == "silent"


def test_rows_of_a_batch_do_not_see_each_other():
    rows = np.stack([HUM, np.full(4000, np.nan), 0 * HUM, HUM / 100, HUM])
    keys = np.array([0, 0, 0, 0, 7], "int32")
    places = make_check()(rows.astype("float32"), keys)
    names = [PROBLEMS[place] for place in np.array(places)]
    assert names == ["", "not finite", "silent", "level", "unknown machine"]


@pytest.mark.parametrize("gain", [0.0, 1e-3])
def test_one_broken_clip_does_not_widen_the_limits(gain):
    clips = [HUM * gain for gain in (1.0, 0.9, 1.1)]
    np.testing.assert_array_equal(
        make_check([*clips, gain * HUM]).limits, make_check(clips).limits
    )


def test_clips_that_are_always_clipped_a_little_are_normal():
    clip = HUM.copy()
    clip[:80] = 1.0
    assert name_problem(make_check([HUM]), clip) == "clipped"
    assert name_problem(make_check([clip]), clip) == ""
    assert name_problem(make_check([HUM]), np.r_[clip[:1], HUM]) == ""


def test_two_normal_clips_far_apart_are_both_believed():
    check = make_check([HUM, HUM * 1e-3])
    for gain in (1, 1e-3, 0.03):
        assert name_problem(check, gain * HUM) == ""
    assert make_check([0 * HUM]).limits[0, 1] == 1e6  # silence teaches nothing


def test_a_key_without_new_clips_keeps_its_limits():
    check = make_check()
    before = np.array(check.limits)
    check.fit([[-30.0, 0.0]], [1])
    after = np.array(check.limits)
    np.testing.assert_array_equal(after[0], before[0])
    np.testing.assert_allclose(after[1], [-50.0, -10.0, 1e-3])


@pytest.mark.parametrize(
    "measures, keys, reason",
    [
        ([[np.nan, 0.0]], [0], "finite"),
        ([[-30.0, 0.0]], [0, 1], "one key a clip"),
        ([-30.0], [0], "of shape"),
        ([[-30.0, 0.0]], [2], r"`keys` must lie in \[0, 2\).*\[2\]"),
        ([[-30.0, 0.0]], [-1], "`keys` must lie"),
    ],
)
def test_measures_that_cannot_be_used_are_refused(measures, keys, reason):
    with pytest.raises(ValueError, match=reason):
        RecordingCheck(2).fit(measures, keys)


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"num_keys": 0}, "`num_keys` must be at least 1"),
        ({"num_keys": 1, "tolerance_db": 0.0}, "`tolerance_db` must"),
        ({"num_keys": 1, "tolerance_db": math.inf}, "`tolerance_db` must"),
    ],
)
def test_settings_without_meaning_are_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        RecordingCheck(**options)
