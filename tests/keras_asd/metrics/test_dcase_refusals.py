import numpy as np
import pytest

from keras_asd.metrics import OfficialScores
from keras_asd.metrics import lacking_parts
from keras_asd.metrics import official_score
from keras_asd.metrics import official_scores

FOUR = ["source", "source", "target", "target"]


def judge(year, domains, labels, **kwargs):
    """One whole section of `pump`, and `fan` as given."""
    return official_scores(
        year,
        ["fan"] * len(labels) + ["pump"] * 4,
        ["section_02"] * len(labels) + ["section_00"] * 4,
        [*domains, *FOUR],
        [*labels, 0, 1, 0, 1],
        np.arange(len(labels) + 4.0),
        **kwargs,
    )


@pytest.mark.parametrize(
    "year, domains, labels, lacking",
    [
        (2020, ["", ""], [0, 0], "no anomaly"),
        (2020, ["", ""], [1, 1], "no normal clip"),
        (2021, FOUR, [0, 1, 0, 0], "no anomaly of the target domain"),
        (2021, FOUR, [1, 1, 0, 1], "no normal clip of the source domain"),
        (2023, FOUR, [0, 1, 1, 1], "no normal clip of the target domain"),
        (2023, FOUR, [0, 0, 0, 0], "no anomaly"),
        (2023, ["source"] * 2, [0, 1], "no normal clip of the target domain"),
        (2023, ["", "source"], [0, 1], "no domain for 1 of its 2 clips"),
    ],
)
def test_a_section_that_lacks_something_is_refused_or_left_out(
    year, domains, labels, lacking
):
    with pytest.raises(ValueError, match=f"fan/section_02 has.*{lacking}"):
        judge(year, domains, labels)
    found = judge(year, domains, labels, leave_out_incomplete=True)
    assert found.machines == ("pump",)
    [line] = found.left_out
    assert line.startswith("fan/section_02 has no ") and lacking in line


def test_since_2022_anomalies_of_one_domain_are_enough():
    assert not lacking_parts(2022, FOUR, [0, 1, 0, 0])
    assert judge(2022, FOUR, [0, 1, 0, 0]).left_out == ()


@pytest.mark.parametrize("leave_out_incomplete", [False, True])
def test_clips_without_a_single_whole_section_are_refused(leave_out_incomplete):
    with pytest.raises(ValueError, match="fan/a has no anomaly"):
        official_scores(
            2020,
            ["fan"],
            ["a"],
            None,
            [0],
            [0.5],
            leave_out_incomplete=leave_out_incomplete,
        )
    with pytest.raises(ValueError, match="no clip"):
        official_scores(2020, [], [], [], [], [])


@pytest.mark.parametrize("year", [2019, 2027, 20])
def test_a_year_without_the_task_is_refused(year):
    with pytest.raises(ValueError, match="2020 to 2026"):
        judge(year, FOUR, [0, 1, 0, 1])


def test_arrays_that_do_not_fit_together_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        official_scores(2020, ["fan"], ["a", "b"], None, [0, 1], [0.1, 0.2])
    with pytest.raises(ValueError, match="zeros and ones"):
        judge(2023, FOUR, [0, 1, 0, 2])
    with pytest.raises(ValueError, match="zeros and ones"):
        judge(2023, FOUR, [0, 1, 0, None])
    with pytest.raises(ValueError, match="one column a clip"):
        judge(2023, FOUR, [0, 1, 0, 1], counts=np.ones((2, 3)))
    with pytest.raises(ValueError, match="finite"):
        official_scores(2020, ["f"] * 2, ["a"] * 2, None, [0, 1], [0, np.nan])


def test_numbers_that_are_not_one_a_section_are_refused():
    with pytest.raises(ValueError, match="auc_target"):
        official_score(2023, ["fan"], {"auc_source": [0.5], "pauc": [0.5]})
    with pytest.raises(ValueError, match="one number a section"):
        numbers = {"auc": np.full(2, 0.5), "pauc": np.full(2, 0.5)}
        _ = OfficialScores(2020, ("fan",), ("a",), numbers).official_score
