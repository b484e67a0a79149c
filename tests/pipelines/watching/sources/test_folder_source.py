import datetime
import os

import numpy as np
import pytest

from pipelines.audio.libsndfile import decode_clip
from pipelines.watching.history import History
from pipelines.watching.sources.folder_source import FolderSource
from tests.pipelines.watching.sources.fake_clock import FakeClock
from tests.pipelines.watching.sources.listening import HEARING
from tests.pipelines.watching.sources.listening import RATE
from tests.pipelines.watching.sources.listening import CountedStop
from tests.pipelines.watching.sources.listening import listen
from tests.pipelines.watching.sources.listening import notices_of
from tests.pipelines.watching.sources.listening import windows_of

MODIFIED = 1_700_000_000.0


@pytest.fixture
def follow(tmp_path):
    """Listens to the folder for some seconds; `during` says what happens."""

    def listen_on(seconds=10, during=None, position=None, num=None, **options):
        clock = FakeClock()
        options.setdefault("machine", "fan/all")
        source = FolderSource("hall", tmp_path, clock=clock, **options)
        stop = CountedStop(clock, seconds)
        stop.during = during or {}
        return listen(source, num, position, stop)

    return listen_on


def rest(path, modified=MODIFIED):
    os.utime(path, (modified, modified))
    return path


def test_the_windows_of_a_recording_are_those_of_the_decoded_clip(
    follow, write_hum
):
    path = rest(write_hum("a.wav", seconds=2.2))
    found = follow()
    whole = decode_clip(path, RATE)
    assert [one.start for one in found] == [0, 8_000, 16_000, 19_200]
    for one in found:
        np.testing.assert_array_equal(one.waveform, whole[one.start :][:RATE])
        expected = MODIFIED - 2.2 + one.start / RATE
        assert one.time == pytest.approx(expected, abs=1e-4)
        assert (one.clip, one.machine) == (str(path), "fan/all")
    size = path.stat().st_size
    done = (str(path), size, round(MODIFIED * 1e9))
    assert [one.done for one in found] == [None, None, None, done]
    assert [one.follows for one in found] == [False, True, True, True]


def test_the_time_in_a_name_counts_before_that_of_the_file(follow, write_hum):
    path = rest(write_hum("fan_2026-03-05_143000.wav"))
    (window,) = follow()
    expected = datetime.datetime(2026, 3, 5, 14, 30).timestamp()
    assert window.time == expected
    rest(path.rename(path.with_name("fan_2026-03-05.wav")))
    (window,) = follow()
    assert window.time == pytest.approx(MODIFIED - 1)


def test_recordings_in_a_row_follow_each_other_in_time(follow, write_hum):
    for name, minute in (("c", 2), ("b", 0), ("a", 1)):
        rest(write_hum(f"{name}.wav", seconds=60), MODIFIED + 60 * minute)
    rest(write_hum("d.wav"), MODIFIED + 500)
    found = follow()
    clips = list(dict.fromkeys(os.path.basename(one.clip) for one in found))
    assert clips == ["b.wav", "a.wav", "c.wav", "d.wav"]
    begins = [one.follows for one in found if one.start == 0]
    assert begins == [False, True, True, False]


def test_a_recording_that_is_written_to_waits(follow, write_hum):
    path = rest(write_hum("a.wav"))
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half])

    def go_on():
        with path.open("ab") as file:
            file.write(content[half:])

    during = {20: go_on}
    assert follow(20 + 4, during) == []
    path.write_bytes(content[:half])
    (window,) = follow(20 + 6, during)
    assert len(window.waveform) == RATE


def test_names_of_what_is_not_yet_a_recording_are_passed_over(
    follow, write_hum
):
    for name in ("a.wav.part", "b.tmp", ".c.wav", ".d/e.wav", "f.txt"):
        write_hum(name, format="WAV")
    assert follow(70) == []


def test_a_broken_recording_is_said_once_and_read_once_it_changes(
    follow, write_hum, tmp_path
):
    path = write_hum("a.wav")
    content = path.read_bytes()
    path.write_bytes(content[:2_000])
    modified = path.stat().st_mtime_ns
    (notice,) = follow(200)
    assert notice.kind == "clip_skipped" and "truncated" in notice.message
    assert notice.done == (str(path), 2_000, modified)
    path.write_bytes(content[:2_000])
    found = follow(200, {90: lambda: path.write_bytes(content)})
    assert [type(one).__name__ for one in found] == ["Notice", "Window"]


def test_what_is_done_stays_done_in_the_next_process(
    follow, write_hum, tmp_path
):
    write_hum("a.wav"), write_hum("sub/b.wav")
    bad = os.fsdecode(os.fsencode(tmp_path) + b"/c\xff.wav")
    os.rename(write_hum("c.wav"), bad)
    (tmp_path / "empty.wav").touch()
    found = follow(70)
    assert len(windows_of(found)) == 3 and len(notices_of(found)) == 1
    with History(tmp_path / "history.sqlite") as history:
        history.write(clips=[("hall", *one.done) for one in found])
        done = history.done_clips("hall")
    assert len(done) == 4
    assert follow(70, done=done) == []
    write_hum("a.wav", hz=300.0)
    assert len(follow(70, done=done)) == 1


def test_a_killed_process_goes_on_within_a_recording(follow, write_hum):
    path = write_hum("2026-03-05/143000.wav", seconds=3)
    whole = follow()
    for index, one in enumerate(whole[:-1]):
        rest_of = follow(position=one.position)
        assert [w.start for w in rest_of] == [
            w.start for w in whole[index + 1 :]
        ]
        assert rest_of[0].follows and rest_of[0].time == whole[index + 1].time
    write_hum("2026-03-05/143000.wav", seconds=4)
    assert follow(position=whole[2].position)[0].start == 0
    write_hum("2026-03-05/143004.wav")
    path.unlink()
    assert follow(position=whole[-1].position)[0].follows


def test_a_recording_that_vanishes_is_said_and_read_when_it_is_back(
    follow, write_hum, monkeypatch
):
    path = write_hum("a.wav")
    content = path.read_bytes()
    from pipelines.watching.sources import folder_source

    def gone(*arguments):
        path.unlink()
        monkeypatch.setattr(folder_source, "read_windows", reads)
        return reads(*arguments)

    reads = folder_source.read_windows
    monkeypatch.setattr(folder_source, "read_windows", gone)
    found = follow(20, {10: lambda: path.write_bytes(content)})
    assert [type(one).__name__ for one in found] == ["Notice", "Window"]
    assert "missing" in found[0].message and found[0].done is None


def test_what_is_whole_and_vanishes_before_its_turn_is_said(follow, write_hum):
    rest(write_hum("a.wav"), MODIFIED)
    late = rest(write_hum("b.wav"), MODIFIED + 99)
    changed = rest(write_hum("c.wav"), MODIFIED + 999)
    clock = FakeClock()
    source = FolderSource("hall", late.parent, "fan/all", clock=clock)
    stop = CountedStop(clock, 30)
    sound = source.listen(HEARING, None, stop)
    assert next(sound).clip.endswith("a.wav")
    late.unlink()
    changed.write_bytes(changed.read_bytes() * 2)
    changed.write_bytes(changed.read_bytes()[: changed.stat().st_size // 2])
    notice, window = sound
    assert "b.wav: missing" in notice.message and notice.done is None
    assert window.clip.endswith("c.wav")


def test_a_folder_that_is_gone_is_lost_and_comes_back(write_hum, tmp_path):
    path = write_hum("share/a.wav").parent
    hidden = tmp_path / "hidden"
    clock = FakeClock()
    source = FolderSource("hall", path, "fan/all", clock=clock)
    stop = CountedStop(clock, 60)
    stop.during = {
        10: lambda: path.rename(hidden),
        # The point where the share is mounted.
        15: path.mkdir,
        40: lambda: hidden.rename(path),
    }
    found = listen(source, None, None, stop)
    kinds = [getattr(one, "kind", "window") for one in found]
    assert kinds == ["window", "source_lost", "source_back"]


def test_machines_are_read_from_the_paths(follow, write_hum):
    write_hum("fan/a.wav"), write_hum("pump/b.wav"), write_hum("saw/c.wav")
    found = follow(machine="", machines=("fan/all", "pump/all"))
    machines = {one.machine for one in windows_of(found)}
    assert machines == {"fan/all", "pump/all"}
    (notice,) = notices_of(found)
    assert "saw" in notice.message and notice.done


def test_a_vanished_recording_is_remembered_for_a_day(
    follow, write_hum, monkeypatch
):
    path = write_hum("a.wav")
    write_hum("b.wav")
    away = path.with_name("away")
    during = {10: lambda: path.rename(away), 100: lambda: away.rename(path)}
    assert len(follow(200, during)) == 2
    path.touch()
    from pipelines.watching.sources import arriving_clips

    monkeypatch.setattr(arriving_clips, "REMEMBERED_SECONDS", 50.0)
    assert len(follow(200, during)) == 3


def test_a_stop_is_seen_between_windows(follow, write_hum):
    write_hum("a.wav", seconds=30)
    assert len(follow(num=3)) == 3
