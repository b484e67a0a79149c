import json

import numpy as np
import pytest

from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.faults.injections import inject
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.disturbances import clipped
from pipelines.datasets.synthetic.disturbances import mains_hum
from pipelines.datasets.synthetic.disturbances import overlay
from pipelines.datasets.synthetic.disturbances import voice
from pipelines.datasets.synthetic.disturbances import wind
from pipelines.datasets.synthetic.recording import Recording
from pipelines.pictures.usual_spectrum import usual_spectrum
from pipelines.watching.events import KINDS
from pipelines.watching.gate import input_gate
from pipelines.watching.gate.input_gate import CHECKS
from pipelines.watching.gate.input_gate import REASONS
from pipelines.watching.gate.input_gate import InputGate
from pipelines.watching.gate.input_gate import Verdict

# Another seed than those by which thresholds were chosen.
SEED, RATE = 23, 16_000
SETTINGS = SyntheticSettings(seconds=6.0)
SAMPLES = SETTINGS.samples
MACHINES = ("fan", "valve")
WITHOUT_USUAL = {"no signal", "clipped", "speech"}


def record(machine, index, split="test", is_anomaly=False):
    parts = (machine, 0, split, "source", is_anomaly, index, SEED)
    return Recording(*parts).waveform(SETTINGS).astype("float32")


@pytest.fixture(scope="module")
def spectra():
    return {
        machine: usual_spectrum(
            (record(machine, index, "train") for index in range(20)), RATE
        )
        for machine in MACHINES
    }


@pytest.fixture
def gate_of(spectra):
    def make(machine, **options):
        others = {key: spectra[key] for key in MACHINES if key != machine}
        return InputGate(RATE, spectra[machine], others, **options)

    return make


def disturbed(rng):
    """A window of each reason that a single window shows, of a fan."""
    normal = record("fan", 0)
    return {
        "no signal": np.zeros(SAMPLES),
        "clipped": clipped(normal, 0.02, 0.7),
        "mains hum": at_level(mains_hum(SAMPLES, RATE, rng), -40.0),
        "too quiet": 0.1 * normal,
        "wind": overlay(normal, wind(SAMPLES, RATE, rng), 12.0),
        "speech": overlay(normal, voice(SAMPLES, RATE, rng), 9.0),
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reason", CHECKS)
def test_each_fault_of_a_microphone_is_named(gate_of, reason, seed):
    waveform = disturbed(np.random.default_rng([SEED, seed]))[reason]
    verdict = gate_of("fan").check(waveform)
    assert verdict == Verdict(reason, REASONS[reason], True)
    assert verdict.kind == "cannot_judge" in KINDS
    expected = reason if reason in WITHOUT_USUAL else ""
    if reason not in ("mains hum", "too quiet"):
        assert InputGate(RATE).check(waveform).reason == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_a_normal_machine_passes(gate_of, machine):
    gate = gate_of(machine)
    verdicts = [gate.check(record(machine, index)) for index in range(12)]
    assert verdicts == [Verdict()] * 12


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", INJECTIONS)
def test_faults_pass(gate_of, machine, kind):
    gate, rng = gate_of(machine), np.random.default_rng(SEED)
    for index in range(4):
        faulty = inject(kind, 1.0, record(machine, index), RATE, rng)
        assert gate.check(faulty) == Verdict()
        assert gate.check(record(machine, index, is_anomaly=True)) == Verdict()


def test_a_swapped_microphone_takes_three_windows_in_a_row(gate_of):
    gate = gate_of("valve")
    found = [gate.check(record("fan", index)).reason for index in range(2)]
    assert found == ["", ""]
    verdict = gate.check(record("fan", 2))
    assert verdict.reason == "swapped" and verdict.changed
    assert verdict.message.startswith("sounds like fan;")
    assert gate.check(record("valve", 0)).reason == "swapped"
    assert gate.check(record("valve", 1)).kind == "can_judge"
    reasons = []
    for index in range(4):
        reasons.append(gate.check(record("fan", index // 2)).reason)
        reasons.append(gate.check(record("valve", index)).reason)
    assert set(reasons) == {""}


@pytest.mark.parametrize(
    "heard, reasons",
    [
        # Doubt neither begins nor ends a swap, and does not end a row.
        ([1.1, 0.9, 1.1, 1.1, 0.9, 0.9, 0.9], "..." + "s" * 4),
        ([1.1, 1.1, 0.7, 1.1, 1.1, 1.1], ".....s"),
        ([1.1, 1.1, 1.1, 0.7, 0.9, 1.1], "..ss.."),
        ([0.9] * 5, "....."),
    ],
)
def test_doubt_keeps_a_swap_as_it_is(monkeypatch, heard, reasons):
    gate, left = InputGate(RATE, checks=("swapped",)), list(heard)
    monkeypatch.setattr(
        input_gate, "nearest_other", lambda *_: ("pump", left.pop(0))
    )
    window = np.zeros(SAMPLES)
    found = [gate.check(window).reason[:1] or "." for _ in heard]
    assert "".join(found) == reasons


@pytest.mark.parametrize("glide, reason", [(0.0, ""), (0.3, "speech")])
def test_syllables_of_one_pitch_are_those_of_a_buzzer(gate_of, glide, reason):
    rng, time = np.random.default_rng(SEED), np.arange(SAMPLES) / RATE
    turns = np.cumsum(120 * (1 + glide * np.sin(2 * np.pi * time / 3))) / RATE
    buzz = sum(np.sin(2 * np.pi * order * turns) for order in range(1, 25))
    beats = rng.random(8 * SAMPLES // RATE) < 0.5
    window = overlay(record("fan", 0), buzz * np.repeat(beats, RATE // 8), 9.0)
    assert gate_of("fan").check(window).reason == reason


def test_other_gain_is_no_other_machine(gate_of):
    gate = gate_of("fan", checks=("swapped",))
    for index in range(6):
        assert not gate.check(0.05 * record("fan", index)).reason


def test_a_reason_holds_until_two_windows_in_a_row_are_clear(gate_of):
    gate, silent = gate_of("fan"), np.zeros(SAMPLES, "float32")
    windows = [silent, record("fan", 0), silent, record("fan", 1)]
    verdicts = [gate.check(window) for window in windows]
    assert [verdict.reason for verdict in verdicts] == ["no signal"] * 4
    assert [verdict.changed for verdict in verdicts] == [True] + [False] * 3
    assert gate.check(record("fan", 2)) == Verdict(changed=True)
    assert gate.check(record("fan", 3)) == Verdict()
    assert gate.check(0.1 * record("fan", 4)).reason == "too quiet"
    other = gate.check(silent)
    assert (other.reason, other.kind) == ("no signal", "cannot_judge")


def test_a_restarted_watch_goes_on_from_the_state(gate_of):
    windows = [record("fan", index) for index in range(4)]
    windows += [record("valve", index) for index in range(3)]
    gate = gate_of("valve")
    whole = [gate.check(window) for window in windows]
    assert {verdict.kind for verdict in whole} == {
        "",
        "cannot_judge",
        "can_judge",
    }
    state, parts = None, []
    for window in windows:
        gate = gate_of("valve", state=state)
        parts.append(gate.check(window))
        state = json.loads(json.dumps(gate.state, allow_nan=False))
    assert parts == whole


def test_a_machine_that_is_often_off_is_not_too_quiet():
    clips = [record("fan", index, "train") for index in range(20)]
    clips = [
        clip * (0.02 if index % 2 else 1) for index, clip in enumerate(clips)
    ]
    gate = InputGate(RATE, usual_spectrum(clips, RATE))
    assert not gate.check(0.02 * record("fan", 0)).reason


def test_a_machine_with_digital_silence_in_its_cycle_passes():
    clips = [record("fan", index, "train") for index in range(6)]
    for clip in clips:
        clip[SAMPLES // 2 :] = 0.0
    assert InputGate(RATE, usual_spectrum(clips, RATE)).check(clips[0]) == (
        Verdict()
    )
    assert InputGate(RATE).check(clips[0]).reason == "no signal"


def test_sound_that_is_no_number_is_no_signal(gate_of):
    waveform = record("fan", 0)
    waveform[100] = np.nan
    assert gate_of("fan").check(waveform).reason == "no signal"


@pytest.mark.parametrize("rate", [2000, 8000, 44_100, 48_000])
@pytest.mark.parametrize("seconds", [0.05, 1.0, 3.0])
def test_any_rate_and_length_can_be_checked(rate, seconds):
    rng = np.random.default_rng(0)
    clips = rng.normal(0.0, 0.1, (5, round(rate * seconds)))
    usual = usual_spectrum(clips[:4], rate)
    gate = InputGate(rate, usual, {"other": usual})
    assert gate.check(clips[4].astype("float32")) == Verdict()


def test_checks_can_be_left_out():
    gate = InputGate(RATE, checks=("clipped",))
    assert not gate.check(np.zeros(SAMPLES)).reason
    assert list(gate.strengths(np.zeros(SAMPLES))) == ["clipped"]


def test_what_cannot_be_is_refused(spectra):
    with pytest.raises(ValueError, match="sampling rate.*8000 Hz.*16000"):
        InputGate(8000, spectra["fan"])
    with pytest.raises(ValueError, match="`checks` must be of.*Received: rain"):
        InputGate(RATE, checks=("rain",))
    good = InputGate(RATE).state
    for state in ({}, {**good, "reason": "rain"}, {**good, "clear": "1"}):
        with pytest.raises(ValueError, match="state of a gate must be"):
            InputGate(RATE, state=state)
    for shape in ((0,), (2, 100)):
        with pytest.raises(ValueError, match=r"must be `\(samples,\)`"):
            InputGate(RATE).check(np.zeros(shape))
