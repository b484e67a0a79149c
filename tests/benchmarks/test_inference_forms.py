import pytest

from benchmarks import inference_forms
from benchmarks.inference_forms import BASE
from benchmarks.inference_forms import BATCH
from benchmarks.inference_forms import ROWS
from benchmarks.inference_forms import main
from benchmarks.inference_forms import table


def test_a_ratio_is_the_median_over_rounds_and_a_reason_is_told():
    seconds, facts = {}, {}
    for row in ROWS:
        facts[row] = {"worst": 1e-7, "bytes": 2_500_000, "auc": 0.625}
        for batch, scale in ((BATCH, 32.0), (1, 1.0)):
            times = [2.0, 20.0, 2.0] if row == BASE else [1.0, 8.0, 1.25]
            seconds[row, batch] = [
                (scale * time, scale * 2 * time) for time in times
            ]
    facts[BASE] = {"worst": 1e-7, "bytes": None, "auc": None}
    facts[ROWS[-1]] = "not installed"
    lines = [
        " ".join(line.split()) for line in table(seconds, facts).splitlines()
    ]
    assert len(lines) == 2 + len(ROWS)
    assert lines[2:4] == [
        "| un-folded | 2 + 2 | 0.5 | 1.00 | 4000.0 | 2000.0 | 19640.0 "
        "| 1.00 | 1e-07 | | |",
        "| folded | 2 + 2 | 0.8 | 2.00 | 2500.0 | 1250.0 | 7865.0 "
        "| 2.00 | 1e-07 | 2.5 | 62.5 |",
    ]
    assert lines[-1] == "| LiteRT, int8 | | | | | | | | not installed | | |"


@pytest.mark.slow
def test_one_command_compares_forms(tmp_path, capsys, monkeypatch):
    # Of one process, and one apart; the other forms take long to make.
    rows = [row for row in ROWS[:6] if row.threads == BASE.threads]
    rows += [row for row in ROWS if row.apart == "ONNX"]
    monkeypatch.setattr(inference_forms, "ROWS", tuple(rows))
    out = tmp_path / "forms.md"
    assert main(["--quick", "--out", str(out)]) == 0
    text = out.read_text()
    assert text == capsys.readouterr().out
    for row in rows:
        assert f"| {row.form} " in text
