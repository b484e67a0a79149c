import dataclasses

import pytest

from pipelines import atomic
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.config import Config
from tuning.settings.values import with_values
from tuning.trials.folder import open_trial

CONFIG = Config(epochs=5)


def write_epochs(run, number, columns="epoch,loss", config=CONFIG):
    """What a trial leaves; its history is an epoch ahead, as after a kill."""
    open_trial(run, config, "auc", "auc" in columns)
    row = ",".join(["1"] * len(columns.split(",")))
    text = "\n".join([columns, *[row] * (number + 1)]) + "\n"
    atomic.write_text(run.history, text)
    atomic.write_text(run.checkpoint(number), "weights")
    atomic.write_text(run.tensorboard / "events", "events")
    return run


@pytest.fixture
def run(tmp_path):
    return RunFolder(tmp_path / "trial")


def test_the_same_trial_goes_on(run):
    write_epochs(run, 2)
    history = run.history.read_text()
    open_trial(run, CONFIG, "auc")
    assert run.latest == run.checkpoint(2)
    assert run.history.read_text() == history


@pytest.mark.parametrize(
    ("config", "measures_objective"),
    [
        (with_values(CONFIG, {"margin": 0.1}), False),
        (dataclasses.replace(CONFIG, epochs=6), False),
        (CONFIG, True),
    ],
)
def test_what_lies_there_of_other_settings_is_deleted(
    run, config, measures_objective
):
    write_epochs(run, 2)
    open_trial(run, config, "auc", measures_objective)
    assert run.latest is None
    assert not run.history.exists()
    assert not run.tensorboard.exists()
    assert read_config(run) == config


def test_epochs_that_were_judged_begin_anew_where_none_is(run):
    write_epochs(run, 2, "epoch,loss,auc")
    open_trial(run, CONFIG, "auc", measures_objective=True)
    assert run.latest
    open_trial(run, CONFIG, "auc")
    assert run.latest is None


@pytest.mark.parametrize("text", ["", "no: such: yaml", "data: []\nnew: 1\n"])
def test_a_damaged_configuration_begins_anew(run, text):
    write_epochs(run, 2)
    run.config.write_text(text)
    open_trial(run, CONFIG, "auc")
    assert run.latest is None
    assert read_config(run) == CONFIG


def test_it_begins_where_its_parent_stopped(run, tmp_path):
    parent = write_epochs(RunFolder(tmp_path / "parent"), 2)
    open_trial(run, CONFIG, "auc", parent=parent)
    assert run.latest == run.checkpoint(2)
    assert run.history.read_text() == parent.history.read_text()
    # Further along, it leaves its parent alone.
    atomic.write_text(run.checkpoint(3), "later weights")
    run.checkpoint(2).unlink()
    open_trial(run, CONFIG, "auc", parent=parent)
    assert run.checkpoints == [run.checkpoint(3)]
    assert parent.latest == parent.checkpoint(2)


def test_of_a_parent_that_is_none_nothing_is_taken(run, tmp_path):
    lost = RunFolder(tmp_path / "lost")
    empty = RunFolder(tmp_path / "empty")
    open_trial(empty, CONFIG, "auc")
    other = with_values(CONFIG, {"margin": 0.1})
    stranger = write_epochs(RunFolder(tmp_path / "other"), 2, config=other)
    for parent in (lost, empty, stranger):
        open_trial(run, CONFIG, "auc", parent=parent)
        assert run.latest is None
        assert not run.history.exists()


def test_a_training_run_is_left_alone(run):
    write_epochs(run, 2)
    atomic.write_text(run.clips, "path")
    with pytest.raises(ValueError, match="which is that of a training run"):
        open_trial(run, with_values(CONFIG, {"margin": 0.1}), "auc")
    assert run.latest
