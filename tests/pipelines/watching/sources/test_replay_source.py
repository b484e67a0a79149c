import numpy as np
import pytest

from pipelines.audio.libsndfile import decode_clip
from pipelines.watching.sources.replay_source import ReplaySource
from tests.pipelines.watching.sources.fake_clock import FakeClock
from tests.pipelines.watching.sources.listening import RATE
from tests.pipelines.watching.sources.listening import CountedStop
from tests.pipelines.watching.sources.listening import listen


@pytest.fixture
def replay(write_hum):
    path = write_hum("a.wav", seconds=2.3, sampling_rate=8_000)

    def listen_to(position=None, num=None, clock=None, stop=None, **options):
        options.setdefault("speed", 0)
        clock = clock or FakeClock()
        source = ReplaySource("tape", path, "fan/all", clock=clock, **options)
        return listen(source, num, position, stop)

    listen_to.waveform = decode_clip(path, RATE)
    listen_to.path = path
    return listen_to


def test_passes_join_without_a_seam(replay):
    found = replay(loops=3)
    whole = np.tile(replay.waveform, 3)
    starts = [*range(0, len(whole) - RATE, RATE // 2), len(whole) - RATE]
    assert [one.start for one in found] == starts
    for one in found:
        expected = whole[one.start :][:RATE]
        np.testing.assert_allclose(one.waveform, expected, atol=1e-6)
        assert one.time == pytest.approx(1_000_000 + one.start / RATE)
    assert [one.follows for one in found] == [False] + [True] * 12


@pytest.mark.parametrize("index", range(13))
def test_a_restart_goes_on_with_the_next_window(replay, index):
    whole = replay(loops=3)
    rest = replay(whole[index].position, loops=3)
    assert [one.start for one in rest] == [
        one.start for one in whole[index + 1 :]
    ]
    for one, expected in zip(rest, whole[index + 1 :], strict=True):
        np.testing.assert_array_equal(one.waveform, expected.waveform)
        assert one.time == expected.time
        assert one.position == expected.position and one.follows


def test_it_may_have_no_end(replay):
    found = replay(loops=0, num=50)
    assert found[-1].start == 49 * RATE // 2
    assert found[-1].position["pass"] == 10


@pytest.mark.parametrize("speed", [1, 4])
def test_windows_come_when_their_sound_is_over(replay, speed):
    clock = FakeClock()
    stop = CountedStop(clock, 99)
    found = replay(clock=clock, stop=stop, speed=speed, num=4)
    # Seconds of sound before the windows.
    ends = np.cumsum(stop.pauses) * speed
    assert ends == pytest.approx([1.0, 1.5, 2.0, 2.3])
    assert ReplaySource("", "a.wav", "", speed).is_live
    if speed > 1:
        return
    clock = FakeClock(2_000_000.0)
    stop = CountedStop(clock, 99)
    rest = replay(found[1].position, 1, clock, stop, speed=speed)
    assert stop.pauses == pytest.approx([0.5])
    assert rest[0].time == pytest.approx(clock.time() - 1)


def test_a_recording_that_is_away_is_lost_and_comes_back(replay):
    clock = FakeClock()
    stop = CountedStop(clock, 20)
    away = replay.path.rename(replay.path.with_name("away"))
    stop.during = {4: lambda: away.rename(replay.path)}
    found = replay(clock=clock, stop=stop)
    kinds = [getattr(one, "kind", "window") for one in found]
    assert kinds == ["source_lost", "source_back", *["window"] * 4]
    growing = [1, 2, 4, 8]
    for pause, most in zip(stop.pauses, growing, strict=True):
        assert most / 2 <= pause <= most


def test_a_damaged_recording_ends_with_its_reason(replay):
    content = replay.path.read_bytes()
    replay.path.write_bytes(content[:-100])
    (notice,) = replay(loops=0)
    assert notice.kind == "source_lost" and "Truncated" in notice.message
