import pytest

from pipelines.runs.checkpoints import read_history
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from tests.tuning.toy_trials import Kill
from tests.tuning.toy_trials import Scripted
from tests.tuning.toy_trials import try_values

# keras-tuner's own.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is deprecated:DeprecationWarning:keras_tuner"
)


@pytest.mark.parametrize("patience", [0, 4])
def test_a_killed_trial_ends_as_the_unbroken_one(make, tmp_path, patience):
    hypermodel = make(patience=patience)
    unbroken = try_values(hypermodel, RunFolder(tmp_path / "unbroken"))
    run = RunFolder(tmp_path / "broken")
    for epoch in (0, 1, 3):
        with pytest.raises(KeyboardInterrupt):
            try_values(hypermodel, run, callbacks=[Kill(epoch)])
    broken = try_values(hypermodel, run)
    assert broken == unbroken
    calls = hypermodel.objective.num_calls
    assert calls == (8 if patience else 2)
    # Killed between its last epoch and the report.
    assert try_values(hypermodel, run) == unbroken


def test_other_settings_begin_anew_in_an_old_folder(make, tmp_path):
    hypermodel = make()
    run = RunFolder(tmp_path / "trial")
    first = try_values(hypermodel, run)
    second = try_values(hypermodel, run, {"margin": 0.1})
    assert second == try_values(hypermodel, values={"margin": 0.1}) != first
    assert read_config(run).loss.margin == 0.1
    assert read_config(run).keep == "last"
    judged = make(patience=1, objective=Scripted(0.3, 0.2, 0.1))
    found = try_values(judged, run, {"margin": 0.1})
    assert (found["val_level"], found["best_epoch"]) == (0.3, 1.0)


def test_with_patience_the_best_epoch_counts(make, tmp_path):
    hypermodel = make(objective=Scripted(0.6, 0.7, 0.5, 0.7), patience=2)
    run = RunFolder(tmp_path / "trial")
    found = try_values(hypermodel, run)
    rows = read_history(run)
    assert [row["val_level"] for row in rows] == ["0.6", "0.7", "0.5", "0.7"]
    assert found["val_level"] == 0.7
    assert found["best_epoch"] == 2
    assert found["val_loss"] == float(rows[1]["val_loss"])


def test_patience_ends_a_trial_and_outlives_a_kill(make, tmp_path):
    hypermodel = make(objective=Scripted(0.6, 0.5), patience=2)
    run = RunFolder(tmp_path / "trial")
    with pytest.raises(KeyboardInterrupt):
        try_values(hypermodel, run, callbacks=[Kill(2)])
    hypermodel = make(objective=Scripted(0.4), patience=2)
    found = try_values(hypermodel, run)
    assert len(read_history(run)) == 3
    again = try_values(make(objective=Scripted(), patience=2), run)
    assert found == again
    assert found["val_level"] == 0.6


def test_a_longer_trial_begins_where_its_parent_stopped(make, tmp_path):
    hypermodel = make()
    whole = try_values(hypermodel, RunFolder(tmp_path / "whole"))
    parent = RunFolder(tmp_path / "parent")
    short = try_values(hypermodel, parent, last_epoch=2)
    assert short != whole
    child = RunFolder(tmp_path / "child")
    assert try_values(hypermodel, child, parent=parent) == whole
    assert child.history.read_text() == (
        RunFolder(tmp_path / "whole").history.read_text()
    )
    assert len(read_history(parent)) == 2


def test_without_its_parent_a_trial_begins_from_scratch(make, tmp_path):
    hypermodel = make()
    whole = try_values(hypermodel, last_epoch=3)
    other = RunFolder(tmp_path / "other")
    try_values(hypermodel, other, {"margin": 0.1}, last_epoch=2)
    for place, parent in enumerate((RunFolder(tmp_path / "lost"), other)):
        run = RunFolder(tmp_path / f"child_{place}")
        found = try_values(hypermodel, run, last_epoch=3, parent=parent)
        assert found == whole
