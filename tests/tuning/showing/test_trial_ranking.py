import math

import pytest
from hypothesis import given
from hypothesis import strategies

from tuning.showing.trial_ranking import completed_trials
from tuning.showing.trial_ranking import failure_lines
from tuning.showing.trial_ranking import rank_trials
from tuning.showing.trial_ranking import trials_markdown
from tuning.trials.trial_record import TrialRecord

RECORDS = [
    TrialRecord("00", {"gate": "raw"}, "failed", seconds=2.0, reason="a\n|b"),
    TrialRecord("01", {"gate": "raw"}, "completed", 0.71, seconds=61.4),
    TrialRecord("02", {"gate": "raw"}, "waiting"),
    TrialRecord("03", {"gate": "standardized"}, "completed", 0.84),
    TrialRecord("04", {"gate": "raw"}, "completed", math.nan),
    TrialRecord("05", {"gate": "raw"}, "running"),
]


def test_the_best_comes_first_and_failed_trials_last():
    names = [record.name for record in rank_trials(RECORDS)]
    assert names == ["03", "01", "04", "05", "02", "00"]


@given(strategies.permutations(RECORDS))
def test_the_order_of_the_records_does_not_count(records):
    table = trials_markdown(records, ["gate"], "val_proxy_auc")
    assert table == trials_markdown(RECORDS, ["gate"], "val_proxy_auc")


def test_only_completed_trials_with_a_number_are_judged():
    assert [record.name for record in completed_trials(RECORDS)] == ["03", "01"]


def test_every_line_of_the_table_is_as_long():
    table, failures = trials_markdown(RECORDS, ["gate"], "val_proxy_auc").split(
        "\n\n"
    )
    lines = table.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert len(lines) == 2 + len(RECORDS)
    assert lines[2].split() == "| 03 | 84.00 | standardized |".split() + [
        "completed",
        "|",
        "-",
        "|",
    ]
    assert failures == "- Failed: 00: a \\|b\n"


def test_a_hyperband_search_tells_the_epochs():
    record = TrialRecord("0", {}, "completed", 0.7, metrics={"epochs": 4})
    header, _, row = trials_markdown([record], [], "auc").splitlines()
    assert header.split(" | ")[2].strip() == "epochs"
    assert row.split(" | ")[2].strip() == "4"


def test_a_table_without_trials_is_its_header():
    assert len(trials_markdown([], ["margin"], "auc").splitlines()) == 2


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_failure_without_a_reason_says_so(reason):
    record = TrialRecord("0", {}, "failed", reason=reason)
    assert failure_lines([record]) == ["0: no reason is known"]
