from benchmarks.calibration_rates import main
from benchmarks.calibration_rates import rows


def test_one_command_measures_and_goes_on(tmp_path, capsys):
    words = ["--work", str(tmp_path / "work"), "--presets", "training_free"]
    words += ["--seeds", "1", "--train", "24", "--fresh", "4"]
    assert main(words) == 0
    text = capsys.readouterr().out
    lines = [line for line in text.splitlines() if "| training_free" in line]
    assert len(lines) == 4 and all("too few" in line for line in lines)
    assert main(words) == 0
    assert capsys.readouterr().out == text


def test_a_cell_above_its_band_does_not_hold():
    def cell(alarms):
        found = [[alarms, 200]] * 3
        facts = {"domain": "source", "fresh": 1000}
        return facts | {"by domain": found, "together": found}

    source, target, *_ = rows("it", [cell(30), cell(200)])
    name, way, domain, ten, five, one = source
    assert ten.startswith("1 of 2 (0), 11.50 %")
    assert five.startswith("1 of 2 (1)")
    assert one.startswith("0 of 2 (0)")
    assert target[3:] == ["too few"] * 3
