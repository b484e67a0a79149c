import dataclasses

import numpy as np
import pytest

from keras_asd.metrics import paired_bootstrap
from pipelines.benchmarking.benchmark import DEFAULT_COLUMNS
from pipelines.benchmarking.by_machine import machine_table
from pipelines.benchmarking.result_row import ResultRow
from pipelines.benchmarking.row_comparison import comparison_text
from pipelines.evaluation.judging import judge_clips


def make_row(scored, seeds, strength):
    judged = {seed: judge_clips(scored(seed, strength), 2023) for seed in seeds}
    return ResultRow("one", "one", judged)


def test_a_number_is_the_mean_over_the_seeds(scored):
    row = make_row(scored, (1, 2, 3), 1.0)
    own = [judged.means["auc"].number for judged in row.metrics.values()]
    number = row.number("auc")
    assert number.mean == pytest.approx(np.mean(own))
    assert number.deviation == pytest.approx(np.std(own, ddof=1))
    low, high = number.interval
    assert low < number.mean < high
    fans = [one.machines["fan"]["mauc"].number for one in row.metrics.values()]
    assert row.number("mauc", "fan").mean == pytest.approx(np.mean(fans))


def test_the_interval_is_of_the_mean_and_narrower_than_of_a_seed(scored):
    def width(*seeds):
        low, high = make_row(scored, seeds, 1.0).number("auc").interval
        return high - low

    alone = [width(seed) for seed in (1, 2, 3)]
    assert width(1, 2, 3) < np.mean(alone)


def test_a_single_seed_is_compared_as_by_the_paired_bootstrap(scored):
    weak, strong = (make_row(scored, (1,), s) for s in (0.5, 2.0))
    found = strong.difference(weak, "official_score")
    rows = [
        sorted(scored(1, s), key=lambda one: one.clip.path) for s in (2.0, 0.5)
    ]
    clips = [one.clip for one in rows[0]]
    expected = paired_bootstrap(
        2023,
        [clip.machine for clip in clips],
        [clip.section for clip in clips],
        [clip.domain for clip in clips],
        [clip.is_anomaly for clip in clips],
        *[[one.anomaly_score for one in own] for own in rows],
    )
    assert found.difference == pytest.approx(expected.difference)
    assert found.interval == pytest.approx(expected.interval, abs=0.02)
    assert found.p_value <= 0.01
    assert expected.p_value <= 0.01


def test_a_machine_counts_where_a_seed_has_it(scored):
    fans = [one for one in scored(2) if one.clip.machine == "fan"]
    judged = {1: judge_clips(scored(1), 2023), 2: judge_clips(fans, 2023)}
    row = ResultRow("one", "one", judged)
    pump = judged[1].machines["pump"]["auc"].number
    assert row.number("auc", "pump").mean == pytest.approx(pump)
    assert "pump" in machine_table([row])


def test_seeds_of_other_splits_are_compared_each_with_its_own(scored):
    def make(strength):
        rows = {1: scored(1, strength), 2: scored(2, strength)[2:]}
        judged = {seed: judge_clips(own, 2023) for seed, own in rows.items()}
        return ResultRow(f"of {strength}", f"of {strength}", judged)

    text = comparison_text(
        [make(0.5), make(2.0)], DEFAULT_COLUMNS, "of 0.5", 2, 2023
    )
    assert text.count("Seeds differ in their clips") == 1
    assert "other clips" not in text and "p = " in text


def test_a_row_does_not_differ_from_itself(scored):
    row = make_row(scored, (1, 2), 1.0)
    found = row.difference(row, "auc")
    assert found.difference == 0
    assert found.p_value == 1


def test_only_seeds_that_both_have_are_compared(scored):
    row = make_row(scored, (1, 2), 1.0)
    other = make_row(scored, (2, 3), 0.5)
    found = row.difference(other, "auc").difference
    own, its = (each.metrics[2].means["auc"].number for each in (row, other))
    assert found == pytest.approx(own - its)
    assert row.difference(make_row(scored, (5,), 1.0), "auc") is None


def test_other_clips_are_not_compared(scored):
    row = make_row(scored, (1,), 1.0)
    fewer = judge_clips(scored(1, 1.0, num_clips=8), 2023)
    other = dataclasses.replace(row, metrics={1: fewer})
    assert row.difference(other, "auc") is None


def test_a_row_of_other_clips_is_marked(scored):
    whole = ResultRow("one", "one", {1: judge_clips(scored(1, 1.0), 2023)})
    part = ResultRow("two", "two", {1: judge_clips(scored(1, 1.0)[:-1], 2023)})
    text = comparison_text([whole, part], DEFAULT_COLUMNS, "one", 1, 2023)
    assert (
        "- **two was evaluated on other clips** than the first row: 47." in text
    )
    text = comparison_text([whole], DEFAULT_COLUMNS, "one", 1, 2023)
    assert "on other clips" not in text
