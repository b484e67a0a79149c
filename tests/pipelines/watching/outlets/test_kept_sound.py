"""Sound around alarms: complete, never doubled, of any overlap."""

import threading

import numpy as np
import pytest
import soundfile

from pipelines.watching.events import Event
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.outlets.kept_sound import KeptSound
from pipelines.watching.outlets.kept_sound import check_choice
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.outlets.sound_tape import SoundTape
from pipelines.watching.sound_source import Window
from tests.watch_tools import wait_for

RATE, BEGAN = 100, 1e9
# Each sample is its own index, so that a doubled or lost one is seen.
SOUND = np.arange(1, 30_001) / 32767


def window(start, samples=200, follows=True, clip="", first=0):
    sound = SOUND[first + start : first + start + samples].astype("float32")
    time = BEGAN + (first + start) / RATE
    return Window(sound, time, {}, clip, start, follows)


class Listening:
    """Tells a listener what a watch would: windows in batches, then events."""

    def __init__(self, folder, **options):
        self.store = SoundStore(folder / "sounds")
        self.listener = KeptSound(self.store, RATE, **options)

    def batch(self, windows, *events, source="line", machine="fan"):
        judged = [
            JudgedWindow(source, machine, "", w.start, w.time, 2.0, 0.1, 0.5)
            for w in windows
        ]
        for one in judged:
            self.listener.hear(one, one.time)
        for sound, one in zip(windows, judged, strict=True):
            self.listener.keep(source, sound, one)
        for event in events:
            self.listener.report(event)

    def kept(self):
        """First and last sample by name, of what is whole; closes."""
        self.listener.close()
        found = {}
        for path in sorted(self.store.folder.glob("*/*.flac")):
            sound, rate = soundfile.read(path, dtype="int16")
            assert rate == RATE
            assert np.all(np.diff(sound) == 1), path
            key = (path.parent.name, path.stem.split("_", 1)[1])
            found.setdefault(key, []).append((int(sound[0]), int(sound[-1])))
        return found


def alarm(end, index=7, kind="alarm", machine="fan"):
    return Event(kind, BEGAN + end / RATE, "line", machine, index=index)


@pytest.fixture
def listen(tmp_path):
    return lambda **options: Listening(tmp_path, **options)


@pytest.mark.parametrize("step", [200, 100, 70, 1])
@pytest.mark.parametrize("batch", [1, 5])
def test_an_alarm_has_the_seconds_before_and_after(listen, step, batch):
    listening = listen(seconds_before=3, seconds_after=4)
    starts = list(range(0, 2000, step))
    raising = next(start for start in starts if start >= 1000)
    for first in range(0, len(starts), batch):
        part = starts[first : first + batch]
        events = [alarm(raising + 200)] * (raising in part)
        listening.batch([window(start) for start in part], *events)
    assert listening.kept() == {
        ("fan", "alarm_7"): [(raising - 300 + 1, raising + 200 + 400)]
    }


def test_what_is_there_is_kept_at_once_and_replaced_later(listen):
    listening = listen()
    listening.batch([window(0), window(200)], alarm(400))
    wait_for(lambda: list(listening.store.folder.glob("*/*.flac")))
    (path,) = listening.store.folder.glob("*/*.flac")
    assert path.name == "2001-09-09T01-46-40.000Z_alarm_7.flac"
    assert len(soundfile.read(path)[0]) == 400
    listening.listener.close()
    again = listen()
    again.batch([window(0), window(200)], alarm(400))
    again.batch([window(start) for start in range(400, 1600, 200)])
    assert again.kept() == {("fan", "alarm_7"): [(1, 1400)]}


def test_a_gap_ends_a_sound_and_is_not_bridged(listen):
    listening = listen(seconds_before=1, seconds_after=9)
    listening.batch([window(0), window(200)], alarm(400))
    listening.batch([window(900, follows=False)], alarm(1100, 8))
    listening.batch([window(1400)])  # Windows between were dropped.
    assert listening.kept() == {
        ("fan", "alarm_7"): [(101, 400)],
        ("fan", "alarm_8"): [(901, 1100)],
    }


def test_recordings_that_follow_one_another_are_one_sound(listen):
    listening = listen(seconds_before=3, seconds_after=0)
    clips = [window(0, clip="a"), window(100, clip="a")]
    clips += [window(0, clip="b", first=300)]
    listening.batch(clips, alarm(500))
    assert listening.kept() == {("fan", "alarm_7"): [(1, 500)]}


def test_all_sound_is_kept_in_minutes(listen):
    listening = listen(keeps_all=True, seconds_before=1, seconds_after=1)
    for start in range(0, 15_000, 100):
        events = [alarm(5_200)] * (start == 5_000)
        listening.batch([window(start)], *events)
    kept = listening.kept()
    assert kept.pop(("fan", "alarm_7")) == [(4_901, 5_300)]
    ((_, pieces),) = kept.items()
    assert pieces == [(1, 6_000), (6_001, 12_000), (12_001, 15_100)]


def test_the_end_of_the_watch_keeps_what_there_is(listen):
    listening = listen(keeps_all=True)
    listening.batch([window(0)], alarm(200), alarm(200, 8, "stopped", ""))
    kept = listening.kept()
    assert kept.pop(("fan", "alarm_7")) == [(1, 200)]
    assert list(kept.values()) == [[(1, 200)]]


def test_memory_stays_as_it_is(listen):
    listening = listen(seconds_before=3)
    for start in range(0, 20_000, 400):
        listening.batch([window(start), window(start + 200)])
    (tape,) = listening.listener._tapes.values()
    assert tape.end - tape.begin <= 300 + 3 * 200 + 400
    assert listening.kept() == {}


def test_machines_of_a_source_have_tapes_of_their_own(listen):
    listening = listen(seconds_before=9, seconds_after=0)
    listening.batch([window(0)], machine="pump")
    listening.batch([window(0, follows=False)], alarm(200))
    assert listening.kept() == {("fan", "alarm_7"): [(1, 200)]}


def test_a_disk_that_fails_is_counted_and_ends_nothing(
    listen, monkeypatch, caplog
):
    listening = listen(seconds_after=0)

    def fail(*words):
        raise OSError("no room")

    monkeypatch.setattr(SoundStore, "write", fail)
    for start in range(0, 800, 200):
        listening.batch([window(start)], alarm(start + 200, start))
    listening.listener.close()
    assert listening.listener.num_lost == 4
    assert caplog.text.count("could not be kept") == 3  # 1, 2, 4


def test_a_disk_that_hangs_costs_sounds_and_not_the_watch(listen, monkeypatch):
    monkeypatch.setattr(
        "pipelines.watching.outlets.kept_sound.WAIT_SECONDS", 0.01
    )
    monkeypatch.setattr("pipelines.watching.outlets.kept_sound.MAX_WAITING", 2)
    goes_on = threading.Event()
    monkeypatch.setattr(SoundStore, "write", lambda *words: goes_on.wait(10))
    listening = listen(seconds_after=0)
    for start in range(0, 2000, 200):
        listening.batch([window(start)], alarm(start + 200, start))
    assert listening.listener.num_lost >= 7
    goes_on.set()
    listening.listener.close()


def test_what_is_beyond_full_scale_is_cut(tmp_path):
    tape = SoundTape(RATE)
    tape.append(Window(np.array([-2.0, 0.5, 2.0], "float32"), BEGAN, {}))
    assert tape.cut(0, 3).tolist() == [-32767, 16384, 32767]


def test_a_choice_is_one_of_three():
    with pytest.raises(ValueError, match="none, alarms, all"):
        check_choice("some")
