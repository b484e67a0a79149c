import re

import pytest

from pipelines.evaluation.official.official import judge
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import write_scores
from tests.evaluation_sets import write_truth

NAME = "anomaly_score_fan_section_00_test.csv"


@pytest.fixture
def folders(tmp_path):
    rows = draw_set(2023)
    truth = write_truth(tmp_path / "truth", 2023, rows)
    return write_scores(tmp_path / "scores", 2023, rows), truth


def edit(path, edit_lines):
    lines = path.read_text().splitlines()
    edit_lines(lines)
    path.write_text("".join(f"{line}\n" for line in lines))


def set_value(value):
    def edit_lines(lines):
        lines[2] = f"{lines[2].split(',')[0]},{value}"

    return edit_lines


@pytest.mark.parametrize(
    "edit_lines, rule, line",
    [
        (lambda lines: lines.pop(2), "every clip of its section", None),
        (lambda lines: lines.clear(), "every clip of its section", None),
        (lambda lines: lines.append("b.wav,1"), "the ground truth does", 13),
        (lambda lines: lines.append(lines[0]), "must come once", 13),
        (lambda lines: lines.insert(0, "name,score"), "no header", 1),
        (set_value("nan"), "finite number", 3),
        (set_value("-inf"), "finite number", 3),
        (set_value("1e999"), "finite number", 3),
        (set_value("high"), "finite number", 3),
        (set_value(""), "finite number", 3),
        (set_value("1,2"), "name,value", 3),
        (lambda lines: lines.insert(2, "a.wav"), "name,value", 3),
        (lambda lines: lines.insert(2, '"a.wav'), "must be CSV", None),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(folders, edit_lines, rule, line):
    scores, truth = folders
    edit(scores / NAME, edit_lines)
    place = re.escape(NAME) + ("" if line is None else f", line {line}\\b")
    with pytest.raises(ValueError, match=rule) as error:
        judge(scores, truth, 2023)
    assert re.search(place, str(error.value))


def test_a_clip_under_both_of_its_names_is_refused(folders):
    scores, truth = folders
    rows = [row for row in draw_set(2023) if row[0] == "fan"]
    edit(scores / NAME, lambda lines: lines.append(f"{rows[0][5]},1.0"))
    with pytest.raises(ValueError, match=f"{rows[0][4]}' again"):
        judge(scores, truth, 2023)


def test_a_missing_file_is_refused(folders):
    scores, truth = folders
    (scores / NAME).unlink()
    with pytest.raises(FileNotFoundError, match=NAME):
        judge(scores, truth, 2023)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        judge(scores / "nowhere", truth, 2023)


def test_two_files_for_one_section_are_refused(folders):
    scores, truth = folders
    second = "anomaly_score_DCASE2023T2fan_section_00_test_seed1_a_Eval.csv"
    (scores / second).write_text("a.wav,1\n")
    with pytest.raises(ValueError, match="must have one file"):
        judge(scores, truth, 2023)


def test_2021_wants_a_file_a_domain(tmp_path):
    rows = draw_set(2021)
    truth = write_truth(tmp_path / "truth", 2021, rows)
    scores = write_scores(tmp_path / "scores", 2021, rows)
    (scores / "anomaly_score_fan_section_04_target_test.csv").unlink()
    with pytest.raises(FileNotFoundError, match="section_04_target_test"):
        judge(scores, truth, 2021)


@pytest.mark.parametrize("value", ["2", "0.5", "yes", "", "-1"])
def test_a_decision_is_zero_or_one(folders, value):
    scores, truth = folders
    write_scores(scores, 2023, draw_set(2023), kind="decision_result")
    path = scores / NAME.replace("anomaly_score", "decision_result")
    edit(path, set_value(value))
    with pytest.raises(ValueError, match="0 or 1") as error:
        judge(scores, truth, 2023)
    assert f"{path.name}, line 3" in str(error.value)


def test_decisions_for_some_sections_alone_are_refused(folders):
    scores, truth = folders
    write_scores(scores, 2023, draw_set(2023), kind="decision_result")
    path = scores / NAME.replace("anomaly_score", "decision_result")
    path.unlink()
    with pytest.raises(FileNotFoundError, match=path.name):
        judge(scores, truth, 2023)


def test_windows_line_ends_a_byte_order_mark_and_spaces_are_read(folders):
    scores, truth = folders
    before = judge(scores, truth, 2023, num_resamples=5).table
    text = (scores / NAME).read_text().replace(",", ", ")
    text = "\ufeff" + text.replace("\n", "\r\n") + "\r\n"
    (scores / NAME).write_bytes(text.encode())
    assert judge(scores, truth, 2023, num_resamples=5).table == before
