import numpy as np
import pytest

from benchmarks import drift
from benchmarks.drift_scores import PER_BLOCK
from benchmarks.drift_scores import Rise
from benchmarks.drift_scores import block_values
from benchmarks.drift_scores import drift_days
from benchmarks.drifting_line import BANDS
from benchmarks.drifting_line import DAY
from benchmarks.drifting_line import DriftingLine
from benchmarks.score_series import NUM_BANK
from benchmarks.score_series import Dependence
from pipelines.pictures.band_levels import band_powers
from pipelines.pictures.band_levels import decibels
from pipelines.pictures.band_levels import frame_powers

DEPENDENCE = Dependence(0.3, 60.0, 1.0, 0.3)


def test_values_are_those_of_a_slow_loop():
    values = block_values(DEPENDENCE, np.random.default_rng(0), 3)
    logs = np.log(DEPENDENCE.draw(np.random.default_rng(0), 3 * 8640))
    share = np.searchsorted(np.sort(logs[:8640]), logs) / 8640
    slow = [
        np.mean(share[i : i + PER_BLOCK]) for i in range(0, 25920, PER_BLOCK)
    ]
    assert len(values) == 12
    assert np.corrcoef(values, slow)[0, 1] > 0.99


def test_a_rise_is_told_and_no_rise_is_not():
    rise = Rise("fan", "below 500 Hz", (0.2, 0.5, 1.5, 3.0))
    assert rise.at(np.array([0.0, 3.0, 9.0])).tolist() == [0.0, 1.5, 3.0]

    def shift(days):
        return rise.at(3 / 7 * np.maximum(0.0, days - 10))

    generator = np.random.default_rng(1)
    (told,) = drift_days(block_values(DEPENDENCE, generator, 17, shift))
    assert 10 < told < 15
    assert not drift_days(block_values(DEPENDENCE, generator, 17))


def test_a_line_drifts_in_its_band_and_nowhere_else():
    band = "500 Hz to 2 kHz"
    levels = []
    for begin in (np.inf, -7 * DAY):
        line = DriftingLine("fan", "fan/section_00", band, 0, begin, 600.0)
        ((_, waveform),) = line.windows(16_000, 16_000)
        power = band_powers(frame_powers(waveform, 16_000), 16_000)
        levels.append(decibels(power.mean(0)))
    rise = levels[1] - levels[0]
    assert rise.max() == pytest.approx(3.0, abs=0.1)
    assert abs(rise[:10]).max() < 0.3 and abs(rise[-10:]).max() < 0.3
    assert band in BANDS


def test_one_command_prints_all_tables(tmp_path, capsys, monkeypatch):
    features = np.random.default_rng(2).normal(size=(NUM_BANK + 400, 4))
    np.savez(tmp_path / "f.npz", pump_normal=features)
    # What needs a model is not what is tested here.
    rise = ("fan", "below 500 Hz", (0.2, 0.5, 1.5, 3.0))
    line = ["fan", "below 500 Hz", "9.0", "2.5", "below 516 Hz 2 dB louder"]
    for name, value in (
        ("train_model", tmp_path),
        ("open_judge", None),
        ("measure_rises", [rise]),
        ("end_to_end", ([line], [2.5], 0)),
        ("cost_milliseconds", (2.0, 0.01)),
    ):
        monkeypatch.setattr(drift, name, lambda *words, value=value: value)
    words = ["--features", f"{tmp_path}/f.npz", "--work", str(tmp_path)]
    words += ["--histories", "2", "--years", "0.05"]
    assert drift.main([*words, "--out", f"{tmp_path}/t.md"]) == 0
    text = (tmp_path / "t.md").read_text()
    assert capsys.readouterr().out.strip() == text.strip()
    assert "| as fitted" in text and "| a third of it" in text
    assert "median delay 2.5 days" in text and "0.5%" in text
