import errno
import json

import keras
import keras_tuner
import pytest

from pipelines.atomic import FolderLock
from pipelines.files.disk import FullDisk
from tests.tuning.toy_search import ToyHyperModel
from tests.tuning.toy_search import toy_oracle
from tuning.oracles.kinds import read_trials
from tuning.programs.tuner import SearchTuner


@pytest.fixture(autouse=True)
def no_session(monkeypatch):
    """Counts how often a session of Keras is cleared, which takes long."""
    cleared = []
    monkeypatch.setattr(
        keras.utils, "clear_session", lambda: cleared.append(True)
    )
    return cleared


@pytest.fixture
def oracle(tmp_path):
    one = toy_oracle(tmp_path, trials=3)
    yield one
    one.close()


class Failing(ToyHyperModel):
    """Raises what it is given, one a trial, and then nothing more."""

    def __init__(self, *errors):
        super().__init__()
        self.errors = list(errors)

    def fit(self, hp, model, **options):
        if self.errors:
            raise self.errors.pop(0)
        return super().fit(hp, model, **options)


def test_every_trial_runs_once_and_is_told_when_it_begins_and_ends(
    oracle, tmp_path, no_session
):
    told = []
    SearchTuner(
        oracle, ToyHyperModel(), tmp_path, on_change=told.append
    ).search()
    statuses = ["".join(one.status[0] for one in records) for records in told]
    assert statuses == ["", "r", "c", "cr", "cc", "ccr", "ccc"]
    assert all(one.seconds >= 0 for one in told[-1])
    assert set(told[-1][0].metrics) == {"val_proxy_auc", "val_loss"}
    assert len(no_session) == 3


def test_failed_trials_are_recorded_with_their_reason(oracle, tmp_path, caplog):
    errors = (
        keras_tuner.errors.FailedTrialError("The loss must stay finite."),
        MemoryError("of many\nlines"),
    )
    SearchTuner(oracle, Failing(*errors), tmp_path).search()
    records = read_trials(oracle)
    assert [one.status for one in records] == ["failed", "failed", "completed"]
    assert records[0].reason == "The loss must stay finite."
    assert records[1].reason == "MemoryError: of many lines"
    assert "Traceback" in oracle.read()[1].message
    assert "trial 0001 failed: MemoryError: of many lines" in caplog.text


def test_what_is_no_dictionary_of_numbers_fails(oracle, tmp_path):
    class Wrong(ToyHyperModel):
        def fit(self, hp, model, **options):
            return {"val_proxy_auc": "high"}

    SearchTuner(oracle, Wrong(), tmp_path).search()
    reason = read_trials(oracle)[0].reason
    assert reason == "ValueError: could not convert string to float: 'high'"


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        keras_tuner.errors.FatalValueError("gone"),
        OSError(errno.ENOSPC, "No space left on device"),
        FullDisk("The disk must hold what is written."),
        RuntimeError("a checkpoint; No space left on device"),
    ],
)
def test_what_is_no_trials_fault_leaves_it_to_be_resumed(
    oracle, tmp_path, error
):
    tuner = SearchTuner(oracle, Failing(error), tmp_path)
    with pytest.raises(type(error)):
        tuner.search()
    (before,) = read_trials(oracle)
    assert before.status == "running"
    tuner.search()
    after = read_trials(oracle)
    assert [one.status for one in after] == ["completed"] * 3
    assert after[0].values == before.values


def test_trials_of_workers_that_are_gone_come_first(oracle, tmp_path):
    for worker in ("a:1", "b:2"):
        oracle.create_trial(worker)
    SearchTuner(oracle, ToyHyperModel(), tmp_path).search()
    lines = (tmp_path / "begun.txt").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["0000", "0001", "0002"]


def test_a_folder_where_somebody_still_works_is_left_alone(oracle, tmp_path):
    with FolderLock(tmp_path / "trials" / ".0000.lock"):
        SearchTuner(oracle, ToyHyperModel(), tmp_path, "b").search()
    assert not (tmp_path / "trials" / "0000").exists()
    assert list((tmp_path / "trials").glob("0000-b-*"))
    assert [one.status for one in read_trials(oracle)] == ["completed"] * 3


def test_hyperband_says_where_to_begin_and_to_stop(tmp_path):
    oracle = toy_oracle(tmp_path, "hyperband")
    seen = {}

    class Seeing(ToyHyperModel):
        def fit(self, hp, model, run, last_epoch, parent=None, **options):
            seen[run.path.name] = (last_epoch, parent and parent.path.name)
            return super().fit(
                hp, model, run, last_epoch=last_epoch, parent=parent, **options
            )

    SearchTuner(oracle, Seeing(), tmp_path).search()
    state = json.loads((tmp_path / "search.json").read_text())
    assert seen == {
        one["trial_id"]: (
            one["hyperparameters"]["tuner/epochs"],
            one["hyperparameters"].get("tuner/trial_id"),
        )
        for one in state["trials"]
    }
    assert any(parent for _, parent in seen.values())
    oracle.close()
