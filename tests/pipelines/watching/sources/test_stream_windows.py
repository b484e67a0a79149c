import numpy as np
import pytest
import soxr

from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window
from pipelines.watching.sources.stream_windows import StreamWindows
from tests.pipelines.watching.sources.fake_clock import FakeClock

RATE = 1_000
HEARING = Hearing(RATE, "mean", window=4 * RATE, step=2 * RATE)


def hear(windows, clock, seconds, pace=1.0, rate=RATE):
    """Feeds silence block by block, each when its last sample was heard."""
    found = []
    for _ in range(round(seconds * 10)):
        clock.go_on(0.1 * pace)
        found += windows.feed(np.zeros((rate // 10, 1), "float32"), rate)
    return found


def times(found):
    return [one.time for one in found if isinstance(one, Window)]


def notices(found):
    return [one for one in found if isinstance(one, Notice)]


def test_windows_are_cuts_of_the_resampled_mean_of_the_channels():
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (90_000, 2))
    noise = noise.astype("float32")
    windows = StreamWindows(HEARING, FakeClock())
    found = []
    for block in np.array_split(noise, [10, 5_000, 40_000, 40_001]):
        found += windows.feed(block, 8_000)
    whole = soxr.resample(noise.mean(axis=1), 8_000, RATE, quality="HQ")
    assert [window.start for window in found] == [0, 2_000, 4_000, 6_000]
    for window in found:
        expected = whole[window.start :][: HEARING.window]
        np.testing.assert_allclose(window.waveform, expected, atol=1e-6)


def test_a_channel_may_be_chosen_and_must_be_there():
    windows = StreamWindows(HEARING.of_channel(1), FakeClock())
    block = np.stack([np.zeros(4_000), np.full(4_000, 0.25)], 1)
    (window,) = windows.feed(block.astype("float32"), RATE)
    assert set(window.waveform) == {0.25}
    with pytest.raises(ValueError, match="no channel 1"):
        list(windows.feed(block[:, :1], RATE))


def test_the_time_of_a_window_is_that_of_its_first_sample():
    clock = FakeClock()
    found = hear(StreamWindows(HEARING, clock), clock, 8)
    expected = [1_000_000, 1_000_002, 1_000_004]
    assert times(found) == pytest.approx(expected)
    assert [window.follows for window in found] == [False, True, True]


@pytest.mark.parametrize("jump", [3_600, -3_600, 2.5])
def test_a_clock_that_jumps_is_said_once_and_time_goes_on_from_it(jump):
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    hear(windows, clock, 5)
    clock.jump(jump)
    found = hear(windows, clock, 5)
    (notice,) = notices(found)
    assert notice.kind == "clock_jumped"
    assert notice.details["seconds"] == pytest.approx(jump)
    assert times(found)[0] == pytest.approx(1_000_002 + jump)
    assert [one.follows for one in found[1:]] == [False, True, True]


def test_a_clock_that_is_set_by_little_is_followed_silently():
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    hear(windows, clock, 5)
    clock.jump(1.5)
    found = hear(windows, clock, 5)
    assert not notices(found)
    assert times(found)[-1] == pytest.approx(1_000_006 + 1.5)


@pytest.mark.parametrize("pace", [0.999, 1.001])
def test_a_sound_card_that_drifts_stays_in_time(pace):
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    found = []
    for _ in range(3_000):  # Of 2 s each: 6 s of drift.
        clock.go_on(2 * pace)
        found += windows.feed(np.zeros((2 * RATE, 1), "float32"), RATE)
    assert not notices(found)
    assert times(found)[-1] == pytest.approx(clock.time() - 4, abs=0.02)


def test_missing_sound_is_said_with_its_length():
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    hear(windows, clock, 6)
    clock.go_on(7)
    found = hear(windows, clock, 20)
    (notice,) = notices(found)
    assert notice.kind == "sound_dropped"
    assert notice.details["seconds"] == pytest.approx(7)
    assert times(found)[-1] == pytest.approx(clock.time() - 4)


def test_sound_that_comes_late_but_whole_is_not_missing():
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    hear(windows, clock, 4.5)
    clock.go_on(7)
    late = hear(windows, clock, 7, pace=0)
    found = late + hear(windows, clock, 4)
    assert not notices(found)
    assert times(found)[-1] == pytest.approx(1_000_010)


def test_what_a_server_held_back_is_older_than_now():
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    found = hear(windows, clock, 6, pace=0.001)
    assert not notices(found)
    assert times(found)[-1] == pytest.approx(clock.time() - 4)


def test_another_rate_begins_a_new_stream():
    clock = FakeClock()
    windows = StreamWindows(HEARING, clock)
    hear(windows, clock, 5)
    found = hear(windows, clock, 5, rate=8_000)
    assert [(one.start, one.follows) for one in found] == [(0, False)]
    assert times(found)[0] == pytest.approx(1_000_005)
