import numpy as np
import pytest

from benchmarks.scorers import DEFAULT
from benchmarks.scorers import SCORERS
from benchmarks.scorers import Set
from benchmarks.scorers import judge
from benchmarks.scorers import main
from benchmarks.scorers import read_sets
from keras_asd.metrics import partial_auc
from keras_asd.metrics import roc_auc

RATIOS = ("6dB", "-6dB")


@pytest.fixture
def features(tmp_path):
    """Made-up features of one machine with two ids, at two ratios."""
    generator = np.random.default_rng(0)
    arrays = {"unrelated": np.zeros(3)}
    for snr in RATIOS:
        for unit in ("00", "02"):
            name = f"fan_{snr}_id_{unit}"
            arrays[f"{name}_normal"] = generator.normal(size=(40, 3))
            arrays[f"{name}_abnormal"] = generator.normal(size=(12, 3)) + 3.0
    np.savez(tmp_path / "features.npz", **arrays)
    return tmp_path / "features.npz"


def test_one_command_prints_and_writes_the_tables(features, tmp_path, capsys):
    out = tmp_path / "scorers.md"
    quick = ["--splits", "1", "--resamples", "20", "--out", str(out)]
    assert main([str(features), *quick, "--snrs", "6dB"]) == 0
    text = out.read_text()
    assert text == capsys.readouterr().out
    assert "## AUC at 6dB" in text and "## pAUC at 6dB" in text
    assert "-6dB" not in text
    words = "| scorer | fan | fan id_00 | fan id_02 |"
    assert words in " ".join(text.split())
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 * (2 + len(SCORERS))
    assert sum(row.startswith(f"| {DEFAULT} (default) ") for row in rows) == 2
    for row in rows[2 : 2 + len(SCORERS)]:
        value = float(row.split(" | ")[1].split()[0])
        assert 0.8 < value <= 1.0


def test_a_ratio_that_begins_with_a_minus_can_be_asked_for(features, capsys):
    words = [str(features), "--splits", "1", "--resamples", "2"]
    assert main([*words, "--snrs=-6dB"]) == 0
    assert "## AUC at -6dB" in capsys.readouterr().out


def test_a_number_is_the_mean_over_splits_of_clips_not_fitted(features):
    (clips, _) = read_sets(features, ["6dB"])
    seen = []

    class Spy:
        def fit(self, train):
            seen.append(train)
            return self

        def __call__(self, rows):
            seen.append(rows)
            return rows[:, :1]

    totals = judge(Spy, clips, num_splits=2, num_resamples=3)
    assert all(values.shape == (4,) for values in totals.values())
    labels = np.repeat([0, 1], 12)
    for measure, area in (("AUC", roc_auc), ("pAUC", partial_auc)):
        expected = np.mean([area(labels, seen[k][:, 0]) for k in (1, 3)])
        assert totals[measure][0] == pytest.approx(expected)
    for train, rows in (seen[:2], seen[2:]):
        every = np.concatenate([train, rows[:12]])
        assert len(every) == 40
        assert set(map(tuple, every)) == set(map(tuple, clips.normals))


def test_a_file_without_such_arrays_is_refused(features, capsys):
    assert main([str(features), "--snrs", "9dB"]) == 1
    assert "must hold arrays" in capsys.readouterr().err
    assert main([str(features.with_name("none.npz"))]) == 1


def test_too_few_normal_clips_are_refused(tmp_path):
    one = Set("fan", "6dB", "00", np.ones((3, 2)), np.ones((3, 2)))
    path = tmp_path / "few.npz"
    names = ("fan_6dB_id_00_normal", "fan_6dB_id_00_abnormal")
    np.savez(path, **dict(zip(names, one[3:], strict=True)))
    with pytest.raises(ValueError, match="more normal clips than anomalies"):
        read_sets(path, None)
