import numpy as np
import pytest

from benchmarks import alarm_promise
from benchmarks.score_series import LAGS
from benchmarks.score_series import NUM_BANK
from benchmarks.score_series import Dependence
from benchmarks.score_series import correlations
from benchmarks.score_series import fit_dependence
from benchmarks.score_series import nearest_scores


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_a_made_up_dependence_is_found_again(share):
    made = Dependence(share, 60.0, 1.0, 0.3)
    scores = made.draw(np.random.default_rng(0), 40_000)
    fitted = fit_dependence(scores)
    assert fitted.slow_share == pytest.approx(share, abs=0.05)
    assert fitted.slow_windows == pytest.approx(60.0, rel=0.25)
    assert fitted.log_mean == pytest.approx(1.0, abs=0.1)
    assert fitted.log_deviation == pytest.approx(0.3, abs=0.03)
    expected = made.correlation(np.array(LAGS))
    np.testing.assert_allclose(correlations(scores), expected, atol=0.08)


def test_the_score_is_the_distance_to_the_nearest_of_the_bank():
    features = np.random.default_rng(1).normal(size=(NUM_BANK + 3, 5))
    features[-1] = features[7]
    bank = features[:NUM_BANK]
    scaled = (features - bank.mean(0)) / (bank.std(0) + 1e-6)
    slow = [
        np.linalg.norm(scaled[:NUM_BANK] - row, axis=1).min()
        for row in scaled[NUM_BANK:]
    ]
    np.testing.assert_allclose(nearest_scores(features), slow, atol=1e-6)


def test_both_tables_are_printed(tmp_path, capsys, monkeypatch):
    generator = np.random.default_rng(2)
    features = generator.normal(size=(NUM_BANK + 500, 4)).cumsum(0) * 0.01
    features += generator.normal(size=features.shape)
    np.savez(tmp_path / "f.npz", pump_normal=features, pump_abnormal=features)
    monkeypatch.setattr(alarm_promise, "NUM_MACHINES", 2)
    words = ["--features", f"{tmp_path}/f.npz", "--seeds", "1", "--days", "2"]
    assert alarm_promise.main([*words, "--out", f"{tmp_path}/t.md"]) == 0
    text = (tmp_path / "t.md").read_text()
    assert capsys.readouterr().out.strip() == text.strip()
    fit, rates = (text.split("\n\n")[i].splitlines()[2:] for i in (2, 4))
    assert len(fit) == 1 and fit[0].startswith("| pump ")
    assert [row.split("|")[1].strip() for row in rates] == [
        "from whole spells",
        "from shuffled windows",
    ]
