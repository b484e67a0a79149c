"""A history with machines and alarms, as a watch leaves it, and its page."""

import dataclasses
import types

import numpy as np

from pipelines.files.names import escape_name
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.runs.feedback_journal import Entry
from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.outlets.sound_store import SoundStore
from pipelines.watching.page.page_access import Access
from pipelines.watching.page.page_address import PageAddress
from pipelines.watching.page.page_app import make_app
from pipelines.watching.page.page_reading import PageReading

RATE, TOKEN = 4000, "a-token-of-the-tests"
FAN, PUMP = "fan/id_00", "pump/id_02"
PROVISIONAL = AlarmLimit(2.0, 0.4, True)
PROMISED = AlarmLimit(5.0, 1.0, False, 1.0, 24.0)


def hum(hz, seconds=2.0, seed=0):
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(seed).normal(size=len(time))
    return 0.1 * np.sin(2 * np.pi * hz * time) + 0.02 * noise


def alarm(machine, time, **details):
    known = {
        "onset": time - 40.0,
        "peak": 6.0,
        "limit": 5.0,
        "is_p_value": False,
        "promised_per_week": 1.0,
        "muted": False,
    }
    message = "Sounds unusual: 4 of 6 windows are beyond its limit."
    details = {**known, **details}
    return Event("alarm", time, "hall", machine, message, details)


def write_windows(history, machine, first, last, step=10.0, seed=0):
    """Windows from one time to another, every `step` seconds."""
    rng = np.random.default_rng(seed)
    times = np.arange(first, last, step)
    scores = 2 + 0.5 * np.sin(times / 7000) + rng.normal(0, 0.3, len(times))
    history.write(
        [
            JudgedWindow(
                "hall",
                machine,
                "",
                0,
                time,
                step,
                score,
                float(np.clip(10 ** -(score - 2), 0.001, 1)),
                strangeness=score,
                model="m",
            )
            for time, score in zip(times.tolist(), scores.tolist(), strict=True)
        ]
    )


def state(limit):
    return {
        "model": "m",
        "limit": dataclasses.asdict(limit),
        "settings": dataclasses.asdict(AlarmSettings()),
    }


def write_sound(folder, machine, number, sound, time=1e9):
    store = SoundStore(folder / "sounds")
    samples = np.round(32_000 * sound).astype("int16")
    return store.write(machine, time, f"alarm_{number}", samples, RATE)


class Telling:
    """Takes down what is told, and tells nobody."""

    def __init__(self):
        self.told, self.entered, self.jobs = [], [], []

    def normal(self, *words):
        self.told.append(("normal", *words))

    def fault(self, *words):
        self.told.append(("fault", *words))

    def undo(self, entry, user):
        self.told.append(("undo", entry.number, user))

    def entries(self):
        return self.entered

    def shown(self):
        return self.jobs


def usual():
    sounds = [hum(120, seed=seed) for seed in range(1, 9)]
    spectrum = usual_spectrum(sounds, RATE)
    return {FAN: spectrum, PUMP: spectrum}


def make_page(folder, told=None, token=TOKEN, user_header=None, name=""):
    """An application, with all that it was made of."""
    history = folder / "history.sqlite"
    told = told or Telling()
    store = SoundStore(folder / "sounds")
    reading = PageReading(history, store, [FAN, PUMP], RATE, usual, told)
    address = PageAddress("127.0.0.1", 8080, name)
    access = Access(address, token, user_header)
    app = make_app(reading, access, history)
    return types.SimpleNamespace(app=app, told=told, history=history)


def write_history(folder):
    """Two machines and an alarm of the first, with its sound."""
    with History(folder / "history.sqlite") as history:
        write_windows(history, FAN, 1e9, 1e9 + 3600)
        write_windows(history, PUMP, 1e9, 1e9 + 3600)
        history.write(
            events=[alarm(FAN, 1e9 + 600)],
            states={FAN: state(PROMISED), PUMP: state(PROVISIONAL)},
        )
    return write_sound(folder, FAN, 1, hum(240), 1e9 + 580)


def write_plant(folder, now):
    """Four machines in the state that a busy day leaves, and what was told."""
    lathe = "lathe/a machine of a very long name in hall 3"
    press = "press/id_00"
    with History(folder / "history.sqlite") as history:
        for seed, (machine, days, limit) in enumerate(
            (
                (FAN, 2, PROMISED),
                (PUMP, 0.25, PROVISIONAL),
                (press, 1, PROMISED),
                (lathe, 1, PROMISED),
            )
        ):
            last = now - 7200 * (machine == press)
            first = now - days * 86_400
            write_windows(history, machine, first, last, 30.0, seed)
            history.write(states={machine: state(limit)})
        end = {"onset": now - 72_000, "peak": 7.0}
        near = {"name": "loose screw", "entry": 2, "distance": 0.1234}
        ended = Event("alarm_ended", now - 71_300, "hall", FAN, "", end)
        silent = "Cannot judge, silent: the microphone gives nothing."
        history.write(
            events=[
                alarm(FAN, now - 72_000),
                ended,
                alarm(PUMP, now - 600, promised_per_week=None),
                alarm(FAN, now - 240, nearest_fault=near),
                Event("cannot_judge", now - 7200, "hall", press, silent),
            ]
        )
        history.mute(lathe, now + 3600)
    told = write_sound(folder, FAN, 1, hum(240, 8), now - 72_000)
    write_sound(folder, PUMP, 3, hum(500, 8), now - 620)
    write_sound(folder, FAN, 4, hum(120, 8) + 2 * hum(900, 8), now - 260)
    clips = {escape_name(told.absolute()): ""}
    return Entry(1, "normal", FAN, "", "", "page", clips, "")
