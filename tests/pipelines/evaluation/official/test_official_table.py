import numpy as np
import pytest

from keras_asd.metrics import DecisionNumbers
from pipelines.evaluation.official.judgement import judge_scores
from pipelines.evaluation.official.labelled_scores import LabelledScores
from pipelines.evaluation.official.official_table import decision_grid
from pipelines.evaluation.official.official_table import markdown_text
from pipelines.evaluation.official.official_table import official_grid
from pipelines.evaluation.official.official_table import plain_text
from pipelines.evaluation.official.official_table import section_grid
from tests.evaluation_sets import draw_set
from tests.evaluation_sets import score_of


def judge(year):
    rows = draw_set(year)
    columns = [np.array(column) for column in zip(*rows, strict=True)][:4]
    scores = np.array([score_of(row) for row in rows])
    return judge_scores(LabelledScores(*columns, scores), year, 20)


@pytest.mark.parametrize(
    "year, header, names",
    [
        (2020, ["a-mean", "interval"], ["AUC", "pAUC", "TOTAL", "mAUC"]),
        (
            2021,
            ["h-mean", "interval", "a-mean"],
            [
                "AUC (source)",
                "AUC (target)",
                "pAUC (source)",
                "pAUC (target)",
                "TOTAL",
            ],
        ),
        (
            2023,
            ["h-mean", "interval", "a-mean"],
            ["AUC (source)", "AUC (target)", "pAUC", "TOTAL"],
        ),
    ],
)
def test_the_table_has_the_shape_of_the_evaluators(year, header, names):
    found = judge(year)
    grid = official_grid(found.scores, found.resampled)
    assert grid[0] == ["metric", *header, "RoboticArm", "fan"]
    assert [row[0] for row in grid[1:]] == names
    assert {len(row) for row in grid} == {len(grid[0])}
    total = grid[1 + names.index("TOTAL")]
    assert total[1] == f"{100 * found.official_score:.2f}"


def test_a_machine_shows_the_mean_of_its_sections():
    found = judge(2021)
    grid = official_grid(found.scores, found.resampled)
    inside = [one == "fan" for one in found.scores.machines]
    mean = found.scores.numbers["auc_target"][inside].mean()
    assert grid[2][-1] == f"{100 * mean:.2f}"
    assert len(section_grid(found.scores)) == 1 + 4


def test_names_do_not_break_the_tables():
    key = ("a|b\x1b", "section_00", "source")
    grid = decision_grid({key: DecisionNumbers(1.0, 0.5, 0.25)})
    assert r"a\|b" in markdown_text([grid], [])
    assert "\x1b" not in plain_text([grid], ["\x1b"])
    lines = plain_text([grid], []).splitlines()
    assert len(lines[0]) == len(lines[1])
