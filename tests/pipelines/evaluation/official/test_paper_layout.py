import numpy as np
import pytest

from keras_asd.metrics import DecisionNumbers
from pipelines.evaluation.official.judgement import judge_scores
from pipelines.evaluation.official.labelled_scores import LabelledScores
from pipelines.evaluation.official.paper_layout import decision_table
from pipelines.evaluation.official.paper_layout import official_table
from pipelines.evaluation.official.paper_layout import section_table
from pipelines.evaluation.tables import plain_text
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
    table = official_table(found.scores, found.resampled)
    assert table.header == ["metric", *header, "RoboticArm", "fan"]
    assert [row[0] for row in table.rows] == names
    assert {len(row) for row in table.rows} == {len(table.header)}
    assert table.numeric == list(range(1, len(table.header)))
    total = table.rows[names.index("TOTAL")]
    assert total[1] == f"{100 * found.official_score:.2f}"


def test_a_machine_shows_the_mean_of_its_sections():
    found = judge(2021)
    rows = official_table(found.scores, found.resampled).rows
    inside = [one == "fan" for one in found.scores.machines]
    mean = found.scores.numbers["auc_target"][inside].mean()
    assert rows[1][-1] == f"{100 * mean:.2f}"
    assert len(section_table(found.scores).rows) == 4


def test_names_do_not_break_the_tables():
    key = ("a|b\x1b", "section_00", "source")
    table = decision_table({key: DecisionNumbers(1.0, 0.5, 0.25)})
    assert r"a\|b" in table.markdown()
    assert "\x1b" not in plain_text([table, "\x1b"])
    lines = table.plain().splitlines()
    assert len({len(line) for line in lines}) == 1
