"""Events that a receiver has: all, in order, whatever it does."""

import logging
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.outlets.events_file import EventsFile
from pipelines.watching.outlets.receivers import Delivery
from tests.watch_tools import wait_for

KILLED = """
import sys
from pipelines.watching.outlets.events_file import EventsFile
from pipelines.watching.outlets.receivers import Delivery
delivery = Delivery(EventsFile(sys.argv[2], 2000, 100), sys.argv[1])
print("listens", flush=True)
while True:
    delivery.wake()
"""


class Flaky:
    """Fails by what `errors` holds, an entry an attempt, then takes events."""

    name = "flaky"

    def __init__(self, *errors, own=None):
        self.errors = list(errors)
        self.own = own
        self.got = []
        self.is_closed = False

    def received(self):
        return self.own

    def send(self, event):
        if self.errors and (error := self.errors.pop(0)):
            raise error
        self.got.append(event.index)

    def close(self):
        self.is_closed = True


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


def write(history, number=1):
    history.write(events=[Event("started", float(i)) for i in range(number)])


def test_a_new_receiver_has_the_events_from_now_on(history):
    write(history, 3)
    receiver = Flaky()
    delivery = Delivery(receiver, history.path)
    write(history, 2)
    delivery.wake()
    wait_for(lambda: receiver.got == [4, 5])
    delivery.close()
    assert receiver.is_closed and delivery.behind == 0
    assert history.delivered("flaky") == 5


def test_a_receiver_that_was_away_has_all_in_order(history, caplog):
    errors = [OSError("away"), OSError("away"), None, OSError("away again")]
    receiver = Flaky(*errors)
    with caplog.at_level(logging.WARNING):
        delivery = Delivery(receiver, history.path, 0.01)
        write(history, 250)
        delivery.wake()
        wait_for(lambda: delivery.behind == 0 and len(receiver.got) == 250)
    assert receiver.got == list(range(1, 251))
    assert [record.message.split("events")[0] for record in caplog.records] == [
        "flaky takes no ",
        "flaky takes ",
    ] * 2
    delivery.close()


def test_how_far_a_receiver_is_behind_is_said_with_the_reason(history):
    delivery = Delivery(Flaky(*[OSError("away")] * 9), history.path, 0.2)
    write(history, 7)
    delivery.wake()
    wait_for(lambda: delivery.behind == 7)
    assert delivery.problem == "away"
    delivery.close()


def test_pauses_grow_to_a_minute_with_jitter(history, monkeypatch):
    pauses = []
    monkeypatch.setattr(
        Delivery, "_pause", lambda self, seconds: pauses.append(seconds)
    )
    write(history)
    history.deliver("flaky", 0)
    receiver = Flaky(*[OSError("away")] * 40)
    delivery = Delivery(receiver, history.path)
    wait_for(lambda: receiver.got == [1])
    delivery.close()
    longest = [min(2.0**number, 60.0) for number in range(40)]
    shares = [one / limit for one, limit in zip(pauses, longest, strict=True)]
    assert all(0.5 <= share <= 1.0 for share in shares)
    assert len(set(shares)) == 40


def test_a_refused_event_is_left_out_and_logged(history, caplog):
    receiver = Flaky(None, ValueError("HTTP 400"))
    delivery = Delivery(receiver, history.path)
    write(history, 3)
    delivery.close()
    assert receiver.got == [1, 3]
    assert "flaky: event 2 is left out: HTTP 400" in caplog.text
    assert history.delivered("flaky") == 3


def test_a_bug_of_a_receiver_does_not_silence_it(history, caplog):
    receiver = Flaky(KeyError("bug"))
    delivery = Delivery(receiver, history.path, 0.01)
    write(history)
    delivery.wake()
    wait_for(lambda: receiver.got == [1])
    delivery.close()
    assert "Traceback" in caplog.text


def test_a_history_that_cannot_be_written_sends_no_event_twice(
    history, monkeypatch
):
    receiver = Flaky()
    delivery = Delivery(receiver, history.path, 0.01)
    deliver, refusals = History.deliver, [1, 2, 3]

    def fail_at_first(self, *words):
        if refusals:
            refusals.pop()
            raise sqlite3.OperationalError("database or disk is full")
        deliver(self, *words)

    monkeypatch.setattr(History, "deliver", fail_at_first)
    write(history)
    delivery.wake()
    wait_for(lambda: history.delivered("flaky") == 1)
    wait_for(lambda: not delivery.problem)
    delivery.close()
    assert receiver.got == [1]


def test_what_is_left_is_sent_by_the_next_watch(history):
    delivery = Delivery(Flaky(*[OSError("away")] * 9), history.path)
    write(history, 3)
    delivery.close()
    receiver = Flaky()
    Delivery(receiver, history.path).close()
    assert receiver.got == [1, 2, 3]


@pytest.mark.parametrize(
    ("kept", "own", "first"), [(2, 4, 5), (4, 2, 5), (2, 99, 3), (2, None, 3)]
)
def test_the_own_account_of_a_receiver_counts_where_it_can(
    history, kept, own, first
):
    write(history, 6)
    history.deliver("flaky", kept)
    receiver = Flaky(own=own)
    Delivery(receiver, history.path).close()
    assert receiver.got == list(range(first, 7))


def test_events_that_were_forgotten_do_not_count_as_behind(history):
    write(history, 5)
    history.deliver("flaky", 1)
    history.forget(before=100.0)
    delivery = Delivery(Flaky(), history.path)
    wait_for(lambda: delivery.behind == 0)
    delivery.close()


def test_a_file_has_each_event_once_however_often_the_watch_is_killed(
    history, tmp_path
):
    history.deliver(f"file {tmp_path / 'events'}", 0)
    root = pathlib.Path(__file__).parents[4]
    words = [sys.executable, "-c", KILLED, str(history.path)]
    for number in range(4):
        with subprocess.Popen(
            [*words, str(tmp_path / "events")],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(root)},
        ) as process:
            process.stdout.readline()
            for _ in range(10 + number):
                write(history, 5)
            process.send_signal(signal.SIGKILL)
    written = history.last_event()
    Delivery(EventsFile(tmp_path / "events", 2000, 100), history.path).close()
    files = sorted(
        tmp_path.glob("events*"), key=lambda path: -int(path.suffix[1:] or 0)
    )
    lines = [line for path in files for line in path.read_text().splitlines()]
    indices = [int(line.split(",")[0].split(":")[1]) for line in lines]
    assert indices == list(range(1, written + 1))
    assert len(files) > 2
