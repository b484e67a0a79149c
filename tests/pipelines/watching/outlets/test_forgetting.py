"""Deletion of sounds, windows and events, of a machine or of all."""

import numpy as np
import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.outlets.forgetting import forget
from pipelines.watching.outlets.sound_store import SoundStore


@pytest.fixture
def path(tmp_path):
    """A minute of two machines: a window, an event and a sound every 10 s."""
    path = tmp_path / "history.sqlite"
    store = SoundStore(tmp_path / "sounds")
    with History(path) as history:
        for machine in ("fan", "pump"):
            for time in range(0, 60, 10):
                window = JudgedWindow(
                    machine, machine, "", time, time, 10.0, 0.1, 0.5
                )
                event = Event("alarm", time, machine, machine)
                history.write([window], [event], {machine: {"next": time}})
                sound = np.zeros(10, "int16")
                store.write(machine, time, f"alarm_{time}", sound, 10)
    return path


def test_what_began_earlier_is_deleted_of_a_machine_or_of_all(path):
    assert forget(path, before=30.0, machine="fan") == (3, 6)
    assert forget(path, before=30.0, machine="nobody") == (0, 0)
    assert forget(path, before=20.0) == (2, 4)
    with History(path) as history:
        assert [window.time for window in history.windows("fan")] == [
            30,
            40,
            50,
        ]
        assert len(history.windows("pump")) == 4
        events = history.events_after(0)
        assert [event.machine for event in events] == ["fan"] * 3 + ["pump"] * 4
        assert history.positions() == {
            "fan": {"next": 50},
            "pump": {"next": 50},
        }
    assert len(list(path.parent.glob("sounds/*/*.flac"))) == 7


def test_a_watch_that_has_the_history_open_goes_on(path):
    with History(path) as watching:
        last = watching.last_event()
        forget(path, before=1e12)
        watching.write(events=[Event("started", 99.0)])
        (event,) = watching.events_after(last)
    assert event.index == last + 1
