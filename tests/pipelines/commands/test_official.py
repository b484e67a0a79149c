import os
import re
import subprocess
import sys

import pytest

from keras_asd.__main__ import main
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import write_scores
from tests.evaluation_sets import write_truth

YEAR = 2023


@pytest.fixture
def words(tmp_path):
    """The words of the command for scores that judge well."""
    rows = draw_set(YEAR, num_each=6)
    truth = write_truth(tmp_path / "truth", YEAR, rows)
    scores = write_scores(tmp_path / "scores", YEAR, rows)
    write_scores(scores, YEAR, rows, "decision_result")
    return [
        "official",
        str(scores),
        "--ground_truth",
        str(truth),
        "--year",
        str(YEAR),
    ]


def test_scores_are_judged_section_by_section(words, capsys):
    assert main(words) == 0
    table = capsys.readouterr().out
    assert "Official score by the rules of 2023: " in table
    for machine in ("fan", "RoboticArm"):
        for domain in ("source", "target"):
            line = rf"^{machine} +section_00 +{domain}( +\d+\.\d\d){{3}}$"
            assert re.search(line, table, re.MULTILINE)
    assert "F1 score" in table
    assert "pAUC runs high with few normal clips" in table


def test_a_table_in_markdown_is_one(words, capsys):
    assert main([*words, "--markdown"]) == 0
    table = capsys.readouterr().out
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) > 8
    assert all(line.endswith("|") for line in rows)
    rules = [line for line in rows if set(line) <= set("|-: ")]
    assert len(rules) == 2


def test_a_system_is_no_better_than_itself(words, tmp_path, capsys):
    assert main([*words, "--against", str(tmp_path / "scores")]) == 0
    assert "First less second: +0.00 points" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--year": "2019"}, "2019"),
        ({"--ground_truth": "nowhere"}, "nowhere"),
        ({"--against": "elsewhere"}, "elsewhere"),
    ],
)
def test_a_mistake_is_told_in_one_line(change, said, words, capsys):
    for flag, value in change.items():
        words += [flag, value]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("keras-asd: error: ")
    assert said in error


def test_an_incomplete_folder_is_refused(words, tmp_path, capsys):
    path = next((tmp_path / "scores").glob("anomaly_score_fan_*"))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[1:]))
    assert main(words) == 2
    assert lines[0].split(",")[0] in capsys.readouterr().err


def test_a_section_without_a_domain_is_left_out_on_demand(tmp_path, capsys):
    rows = draw_set(YEAR, num_each=6)
    rows = [row for row in rows if row[0] == "fan" or row[2] == "source"]
    truth = write_truth(tmp_path / "truth", YEAR, rows)
    scores = write_scores(tmp_path / "scores", YEAR, rows)
    words = ["official", str(scores), "--ground_truth", str(truth)]
    words += ["--year", str(YEAR)]
    assert main(words) == 2
    assert "`leave_out_incomplete`" in capsys.readouterr().err
    for more in ([], ["--against", str(scores)]):
        assert main([*words, "--leave_out_incomplete", *more]) == 0
        told = capsys.readouterr().out
        reason = "normal clip of the target domain"
        assert f"Left out: RoboticArm/section_00 has no {reason}." in told


@pytest.mark.parametrize(
    ("more", "unbuffered"), [([], ""), (["--help"], ""), (["--help"], "1")]
)
def test_a_reader_who_has_seen_enough_ends_it_in_silence(
    more, unbuffered, words
):
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    reader, writer = os.pipe()
    os.close(reader)
    found = subprocess.run(
        [sys.executable, "-m", "keras_asd", *words, *more],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment,
    )
    os.close(writer)
    # TensorFlow may say something of its own; nobody may complain.
    complaints = [b"Exception", b"Traceback", b"BrokenPipe", b"keras-asd:"]
    assert found.returncode == 0
    assert not [word for word in complaints if word in found.stderr]
