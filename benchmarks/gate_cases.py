"""Made-up cases of the input gate: normal, faulty, and disturbed windows."""

import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from benchmarks.gate_machines import RATE
from benchmarks.gate_machines import SAMPLES
from benchmarks.gate_machines import MadeUpMachine
from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.faults.injections import inject
from pipelines.datasets.faults.machine_faults import FAULTS
from pipelines.datasets.faults.machine_faults import fault_sound
from pipelines.datasets.faults.placed import JUDGING
from pipelines.datasets.faults.placed import place
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.datasets.faults.stand_ins import alter
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.synthetic.disturbances import clipped
from pipelines.datasets.synthetic.disturbances import mains_hum
from pipelines.datasets.synthetic.disturbances import overlay
from pipelines.datasets.synthetic.disturbances import voice
from pipelines.datasets.synthetic.disturbances import wind
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.datasets.synthetic.machine import build_unit
from pipelines.datasets.synthetic.machine_sound import move
from pipelines.datasets.synthetic.surroundings import record
from pipelines.datasets.synthetic.surroundings import room_response

LEVELS_DB = (-6, 0, 6, 12)


Make = Callable[[MadeUpMachine, int, np.random.Generator], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Case:
    """A kind of window.

    Args:
        name: What it is.
        reason: Reason that the gate is to give, empty for none.
        make: Function of machine, index and generator that makes a window.
        times: How many times as many windows there are of it.

    >>> Case("normal", "", lambda made, index, rng: made.normal(index)).reason
    ''
    """

    name: str
    reason: str
    make: Make
    times: int = 1


def made_up_cases(voices: Sequence[np.ndarray]) -> list[Case]:
    """All cases but those of another machine's sound.

    Args:
        voices: Recordings of speech, `(samples,)` each; none leaves them out.

    >>> len(made_up_cases([])) > 20
    True
    """
    cases = [
        Case(
            f"normal, {domain}",
            "",
            lambda made, i, rng, domain=domain: made.normal(i, domain),
            4,
        )
        for domain in ("source", "target")
    ]
    cases += [
        Case("own fault", "", lambda made, i, rng: made.faulty(i), 2),
    ]
    cases += [
        Case(f"injected: {kind}", "", functools.partial(_injected, kind))
        for kind in INJECTIONS
    ]
    cases += [
        Case(f"stand-in: {kind}", "", functools.partial(_altered, kind))
        for kind in STAND_INS
    ]
    cases += [
        Case(f"placed: {kind}", "", functools.partial(_placed, kind))
        for kind in JUDGING
    ]
    cases += [
        Case(f"severe: {fault}, +6 dB", "", functools.partial(_severe, fault))
        for fault in FAULTS
    ]
    cases += [
        Case("digital silence", "no signal", lambda *_: np.zeros(SAMPLES)),
        Case("a constant", "no signal", lambda *_: np.full(SAMPLES, 0.02)),
        Case("silent but for the last bit", "no signal", _last_bit),
        Case("dies within the window", "no signal", _dies),
        Case("noise of an open input", "too quiet", _open_input),
    ]
    cases += [
        Case(f"{drop} dB quieter", "too quiet", functools.partial(_drop, drop))
        for drop in (10, 15, 20, 30)
    ]
    cases += [
        Case(
            "machine off, the hall as loud as it",
            "too quiet",
            lambda made, i, rng: made.surroundings(i),
        )
    ]
    cases += [
        Case(
            f"hum of {hz:g} Hz, noise {noise} dB",
            "mains hum",
            functools.partial(_hum, hz, noise),
        )
        for hz in (50.0, 60.0)
        for noise in (-40, -20)
    ]
    cases += [
        Case(
            f"{100 * share:g} % clipped",
            "clipped",
            functools.partial(_clip, share),
        )
        for share in (0.001, 0.01, 0.1)
    ]
    cases += [Case("microphone moved, 6 dB quieter", "", _moved)]
    sounds: list[tuple[str, str, Callable]] = [
        ("wind", "wind", lambda i, rng: wind(SAMPLES, RATE, rng)),
        ("made-up voice", "speech", _voice),
    ]
    if voices:
        excerpt = functools.partial(_excerpt, voices)
        sounds.append(("speech", "speech", excerpt))
    cases += [
        Case(f"{name}, {db:+d} dB", reason, functools.partial(_over, make, db))
        for name, reason, make in sounds
        for db in LEVELS_DB
    ]
    return cases


def _domain(index: int) -> str:
    return ("source", "target")[index % 2]


def _injected(kind, made, index, rng):
    severity = (0.5, 1.0)[index // 2 % 2]
    normal = made.normal(index, _domain(index))
    return inject(kind, severity, normal, RATE, rng)


def _altered(kind, made, index, rng):
    return alter(kind, made.normal(index, _domain(index)), RATE, rng)


def _placed(kind, made, index, rng):
    normal = made.normal(index, _domain(index))
    return place(JUDGING[kind], normal, RATE, rng)[0]


def _severe(fault, made, index, rng):
    """Damage far beyond the built-in severities, as loud as it is."""
    machines = [name for name in DESIGNS if fault in DESIGNS[name].faults]
    machine = made.machine if made.machine in machines else machines[0]
    unit = build_unit(machine, made.section, made.seed)
    motion = move(unit, rng.uniform(0.7, 1.3), SAMPLES, RATE, rng)
    normal = made.normal(index, _domain(index))
    sound = normal / normal.std()
    added = fault_sound(fault, 1.0, unit, motion, sound, RATE, rng)
    return overlay(normal, added, 6.0)


def _last_bit(made, index, rng):
    return rng.integers(-1, 2, SAMPLES) / 2**15


def _dies(made, index, rng):
    waveform = np.array(made.normal(index))
    waveform[round(rng.uniform(0.2, 0.7) * SAMPLES) :] = 0.0
    return waveform


def _open_input(made, index, rng):
    return at_level(rng.standard_normal(SAMPLES), rng.uniform(-80, -65))


def _drop(decibels, made, index, rng):
    return made.normal(index, _domain(index)) * 10 ** (-decibels / 20)


def _hum(mains_hz, noise_db, made, index, rng):
    hum = mains_hum(SAMPLES, RATE, rng, mains_hz, noise_db)
    return at_level(hum, rng.uniform(-50, -20))


def _clip(share, made, index, rng):
    limit = rng.uniform(0.5, 1.0)
    return clipped(made.normal(index, _domain(index)), share, limit)


def _moved(made, index, rng):
    """The same machine from elsewhere in the room."""
    response = room_response("elsewhere", SAMPLES, RATE)
    moved = record(made.normal(index), response, RATE, rng)
    return at_level(moved, 20 * np.log10(made.normal(index).std()) - 6.0)


def _over(make, level_db, made, index, rng):
    sound = make(index, rng)
    return overlay(made.normal(index, _domain(index // 2)), sound, level_db)


def _excerpt(voices, index, rng):
    waveform = np.resize(voices[index % len(voices)], 2 * SAMPLES)
    start = rng.integers(SAMPLES)
    return _in_hall(waveform[start : start + SAMPLES], index, rng)


def _voice(index, rng):
    return _in_hall(voice(SAMPLES, RATE, rng), index, rng)


def _in_hall(waveform, index, rng):
    """Every other speaker is far away, and heard with the hall's echo."""
    if index % 2:
        return waveform
    return record(waveform, room_response("hall", SAMPLES, RATE), RATE, rng)
