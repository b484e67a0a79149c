import dataclasses
import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from benchmarks.search_objectives import main
from benchmarks.search_objectives import make_report
from benchmarks.search_objectives import rank_correlation
from benchmarks.search_objectives import rank_correlations
from benchmarks.search_trials import PARAMETERS
from benchmarks.search_trials import QUICK
from benchmarks.search_trials import Design
from benchmarks.search_trials import Trials
from tuning.settings.ranges import RANGES


def make_result(number, **changes):
    """A trial whose proxy is right and whose loss is wrong."""
    return {
        **Design().values(number),
        "val_loss": 1.0 + number,
        "val_accuracy": 0.5,
        "val_proxy_auc": 0.5 + number / 100,
        "val_proxy_auc_impulses": 0.5,
        "test_auc": 0.6 + number / 1000,
        "seconds": 7.0,
        **changes,
    }


def test_a_rank_correlation_is_spearmans():
    generator = np.random.default_rng(0)
    for _ in range(20):
        first, second = generator.integers(5, size=(2, 12)).astype(float)
        expected = spearmanr(first, second).statistic
        assert rank_correlation(first, second) == pytest.approx(expected)
    assert np.isnan(rank_correlation(np.ones(4), np.arange(4.0)))


def test_resamples_are_the_same_for_every_objective():
    truth = np.random.default_rng(0).normal(size=12)
    found = rank_correlations({"one": truth, "other": -truth}, truth, 50)
    np.testing.assert_allclose(found["one"], 1.0)
    np.testing.assert_allclose(found["other"], -1.0)
    noisy = truth + np.random.default_rng(1).normal(size=12)
    again = rank_correlations({"a": noisy, "b": 3 * noisy + 1}, truth, 50)
    np.testing.assert_allclose(again["a"], again["b"])
    assert again["a"][1:].std() > 0.01


def test_values_are_drawn_from_the_ranges_of_the_search():
    drawn = [Design().values(number) for number in range(200)]
    assert drawn[3] == Design().values(3) != drawn[4]
    for name in PARAMETERS:
        values = np.array([one[name] for one in drawn])
        one = RANGES[name]
        assert one.low <= values.min() and values.max() <= one.high
        middle = (one.low + one.high) / 2
        if one.sampling == "log":
            middle = np.sqrt(one.low * one.high)
        assert 0.4 < np.mean(values < middle) < 0.6


def test_the_report_ranks_and_tells_of_failures():
    results = [make_result(number) for number in range(6)]
    failed = {
        **Design().values(6),
        "failure": "The loss must stay finite.",
        "seconds": 1.0,
    }
    report = " ".join(make_report([*results, failed]).split())
    assert "6 trials, 1 failed" in report
    assert "| val_proxy_auc | +1.00 [+1.00, +1.00] |" in report
    assert "| -val_loss | -1.00 [-1.00, -1.00] |" in report
    assert "| val_accuracy | unknown |" in report
    assert (
        "| val_proxy_auc better than -val_loss by | +2.00 [+2.00, +2.00] |"
        in report
    )
    assert "| The loss must stay finite. |" in report
    assert "Too few trials" in make_report([*results[:2], failed])


@pytest.mark.slow
def test_one_command_goes_on_and_prints_the_tables(tmp_path, capsys):
    trials = tmp_path / "study" / "trials"
    trials.mkdir(parents=True)
    for number in (0, 1):
        text = json.dumps(make_result(number))
        (trials / f"{number:02d}.json").write_text(text)
    out = tmp_path / "study.md"
    words = ["--quick", "--folder", str(tmp_path / "study")]
    assert main([*words, "--out", str(out)]) == 0
    report = out.read_text()
    assert report in capsys.readouterr().out
    assert "3 trials, 0 failed" in report
    assert report.count("\n| 0 ") == report.count("\n| 2 ") == 1
    made = json.loads((trials / "02.json").read_text())
    assert set(make_result(2)) <= set(made)
    assert QUICK.values(2).items() <= made.items()
    assert 0.0 <= made["test_auc"] <= 1.0
    assert not (trials / "02").exists()
    # A second run trains nothing and prints the same.
    assert main(words) == 0
    assert capsys.readouterr().out == report
    changed = dataclasses.replace(QUICK, seed=1)
    with pytest.raises(ValueError, match="design it began with"):
        Trials(tmp_path / "study", changed)
