import numpy as np
import pytest
import soundfile

from benchmarks import gate_counts
from benchmarks import gate_halves
from benchmarks import gate_machines
from benchmarks import input_gate
from benchmarks.gate_cases import made_up_cases
from benchmarks.gate_halves import Half
from benchmarks.gate_halves import speak
from benchmarks.gate_machines import RATE
from benchmarks.gate_machines import SAMPLES
from benchmarks.gate_machines import MadeUpMachine
from pipelines.watching.gate.input_gate import REASONS


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(gate_machines, "NUM_USUAL", {"source": 6, "target": 2})
    half = Half(("fan", "valve"), 31, ())
    monkeypatch.setattr(input_gate, "HALVES", {"chosen": half})
    names = ("normal, source", "a constant", "20 dB quieter")
    cases = [case for case in made_up_cases([]) if case.name in names]
    monkeypatch.setattr(gate_counts, "made_up_cases", lambda voices: cases)


def test_one_command_prints_and_writes_the_table(small, tmp_path, capsys):
    out = tmp_path / "gate.md"
    words = ["--windows", "3", "--halves", "chosen", "--out", str(out)]
    assert input_gate.main(words) == 0
    text = out.read_text()
    assert text == capsys.readouterr().out
    rows = {
        cells[1].strip(): [cell.strip() for cell in cells[2:5]]
        for cells in (line.split("|") for line in text.splitlines())
        if len(cells) == 6
    }
    assert rows["normal, source"] == ["-", "48", "0 %"]
    assert rows["a constant"] == ["no signal", "12", "100 %"]
    assert rows["20 dB quieter"] == ["too quiet", "12", "100 %"]
    assert "sound of another kind of machine" in rows
    with pytest.raises(SystemExit):
        input_gate.main(["--windows", "2"])


def test_recordings_pass_the_gate_that_half_of_them_made(tmp_path):
    made = MadeUpMachine("fan", 0, 31)
    for split, label, number in (
        ("train", "normal", 6),
        ("test", "anomaly", 2),
    ):
        folder = tmp_path / "fan" / split
        folder.mkdir(parents=True)
        for index in range(number):
            name = f"section_00_source_{split}_{label}_{index:04d}.wav"
            waveform = made.normal(index) * (0.0 if label == "anomaly" else 1)
            waveform[0] = 0.1
            soundfile.write(folder / name, waveform, RATE)
    assert input_gate.judge_recordings(str(tmp_path)) == [
        ["fan/section_00", "unseen normal", "3", "0 %"],
        ["fan/section_00", "test, normal or not", "2", "100 % (no signal)"],
    ]


@pytest.mark.parametrize("case", made_up_cases([]), ids=lambda case: case.name)
def test_every_case_is_a_window(case):
    made, rng = MadeUpMachine("slider", 0, 31), np.random.default_rng(0)
    window = case.make(made, 1, rng)
    assert window.shape == (SAMPLES,)
    assert np.isfinite(window).all() and np.abs(window).max() <= 1
    assert case.reason in ("", *REASONS)
    normal = made.normal(1)
    assert normal.std() > 0, "a case must not change the clip that is kept"


def test_nothing_is_spoken_without_the_program(monkeypatch):
    monkeypatch.setattr(gate_halves.shutil, "which", lambda name: None)
    assert speak([("en", 150, "Good morning.")]) == []
