import numpy as np

from benchmarks.calibration import METHODS
from benchmarks.calibration import main
from benchmarks.calibration import row
from pipelines.calibration.normal_scores import NormalScores


def test_one_command_prints_and_writes_the_table(tmp_path, capsys):
    generator = np.random.default_rng(0)
    features = {
        f"fan_6dB_id_00_{label}": generator.normal(size=(size, 3))
        for label, size in (("normal", 120), ("abnormal", 5))
    }
    np.savez(tmp_path / "features.npz", **features)
    out = tmp_path / "calibration.md"
    words = ["--quick", "--epochs", "0", "--seeds", "1", "--out", str(out)]
    assert main([*words, "--features", str(tmp_path / "features.npz")]) == 0
    text = out.read_text()
    assert text == capsys.readouterr().out
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == 3 * len(METHODS)
    assert all("too few" in line for line in rows)
    assert "features at 6dB, 40 other clips and more" in rows[-1]


def test_a_cell_is_inside_or_outside_of_its_band():
    normal = NormalScores(np.arange(99.0))
    right = np.linspace(0.0, 100.0, 200)
    cells = [(normal, right), (normal, right + 1e3)]
    name, method, size, ten, five, one, least = row("fan", "empirical", cells)
    assert (name, method, size) == ("fan", "empirical", "2")
    assert ten.startswith("50 % (5") and five.startswith("50 % (5")
    assert least == "too few"
