from benchmarks.feedback import main
from benchmarks.feedback import rows
from benchmarks.feedback_units import Plan
from benchmarks.feedback_units import clips


def test_a_unit_that_turns_faster_has_another_sound():
    (usual,), (faster,) = (
        clips("fan", 0, 0, 3, 1, speed=speed) for speed in (1.0, 1.15)
    )
    assert faster.unit.shaft_hz == 1.15 * usual.unit.shaft_hz
    assert faster.file_name == usual.file_name


def test_shares_become_rows_with_bands_and_gaps():
    numbers = {"false": 0.05, "hits": 0.8, "auc": 0.9}
    many = numbers | {"false": 0.5}
    changed = [
        {"usual": numbers, "before": many, "after": numbers, "usual after": one}
        for one in (numbers, many)
    ]
    new = [{"enrolled": numbers, "trained": numbers}] * 2
    facts = [{"what": "changed", **one} for one in changed]
    table = rows(facts + [{"what": "new", **one} for one in new], Plan())
    by_name = {name: cells for name, *cells in table}
    assert by_name["changed speed, before"][1] == "0 of 2"
    assert by_name["changed speed, told"][1:3] == ["2 of 2", "2 of 2"]
    assert by_name["usual speed, told of the change"][1] == "1 of 2"
    assert by_name["told less before"][0] == "-45.0 [-45.0, -45.0]"


def test_one_command_measures_and_goes_on(tmp_path, capsys):
    words = ["--work", str(tmp_path), "--seeds", "1", "--seconds", "0.5"]
    words += ["--train", "8", "--told", "6", "--fresh", "2"]
    words += ["--preset", "training_free"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "| new unit, enrolled" in text
    assert main(words) == 0
    assert capsys.readouterr().out == text
