"""Folder of kept sounds: limits, deletion, names of any machine."""

import errno
import os

import numpy as np
import pytest
import soundfile

from pipelines.files.disk import FullDisk
from pipelines.watching.outlets.sound_store import DAY
from pipelines.watching.outlets.sound_store import SoundStore

RATE = 1000
# Noise, which FLAC cannot make smaller.
NOISE = np.random.default_rng(0).integers(-32000, 32000, 10 * RATE, "int16")


@pytest.fixture
def store(tmp_path):
    return SoundStore(tmp_path / "sounds", days=10, gigabytes=50e-6)


def fill(store, number, machine="fan", first=0.0):
    for index in range(number):
        began = first + index * 60.0
        store.write(machine, began, f"alarm_{index}", NOISE, RATE)


def set_ages(store, now):
    """As if each sound had been kept when it began, at 0 the epoch."""
    for path in store.folder.glob("*/*.flac"):
        hours, minutes, seconds = path.name[11:19].split("-")
        began = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        os.utime(path, (now + began, now + began))


def names(store):
    paths = store.folder.glob("*/*.flac")
    return sorted(path.stem.split("_")[-1] for path in paths)


def test_a_sound_is_whole_and_for_the_user_alone(store):
    path = store.write("fan/all", 0.25, "alarm_7", NOISE, RATE)
    sound, rate = soundfile.read(path, dtype="int16")
    assert np.array_equal(sound, NOISE) and rate == RATE
    assert path.name == "1970-01-01T00-00-00.250Z_alarm_7.flac"
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_beyond_the_size_the_oldest_go_first_of_all_machines(store):
    store.gigabytes = 1.0
    fill(store, 2, "pump")
    fill(store, 2, "fan", first=30.0)
    set_ages(store, now=1e9)
    store.gigabytes = 50e-6
    assert store.prune(now=1e9) == 2
    times = sorted(path.name[:19] for path in store.folder.glob("*/*.flac"))
    assert times == ["1970-01-01T00-01-00", "1970-01-01T00-01-30"]


def test_beyond_the_days_sounds_go(store):
    store.gigabytes = 1.0
    fill(store, 3)
    set_ages(store, now=1e9)
    assert store.prune(now=1e9 + 10 * DAY) == 0
    assert store.prune(now=1e9 + 10 * DAY + 61) == 2
    assert names(store) == ["2"]


def test_writing_keeps_within_the_size_and_a_replay_its_old_sounds(store):
    fill(store, 6)
    assert names(store) == ["4", "5"]


def test_sounds_of_a_machine_or_of_all_are_deleted(store):
    store.gigabytes = 1.0
    fill(store, 3, "fan/all")
    fill(store, 3, "fan")
    assert store.forget(before=100.0, machine="fan/all") == 2
    assert store.forget(before=1e12, machine="nobody") == 0
    assert store.forget(before=1e12) == 4
    assert names(store) == []


def test_what_the_store_did_not_write_is_let_alone(store):
    fill(store, 1)
    (own,) = store.folder.glob("*/*.flac")
    strange = own.with_name("mine.flac")
    strange.write_bytes(b"x" * 10**6)
    assert store.forget(before=1e12) == 1
    assert strange.exists() and not own.exists()


@pytest.mark.parametrize(
    "machine",
    ["..", ".", "", "a/../../b", "grüße \n", "\udcff", "-x", "m" * 999],
)
def test_any_machine_has_a_folder_of_its_own(store, machine):
    store.gigabytes = 1.0
    fill(store, 1, "fan")
    path = store.write(machine, 0.0, "alarm_1", NOISE, RATE)
    assert path.parent.parent == store.folder
    assert path.parent.name not in ("fan", ".", "..")
    assert store.forget(before=1e12, machine=machine) == 1
    assert names(store) == ["0"]


def test_a_full_disk_leaves_no_half_of_a_sound(store, monkeypatch):
    def fail(*words, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(soundfile, "write", fail)
    with pytest.raises(FullDisk):
        fill(store, 1)
    assert list(store.folder.glob("*/*")) == []


@pytest.mark.parametrize("limit", [{"days": 0}, {"gigabytes": float("nan")}])
def test_limits_are_above_zero(tmp_path, limit):
    with pytest.raises(ValueError, match="must be above 0"):
        SoundStore(tmp_path, **limit)
