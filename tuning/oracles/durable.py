"""Durable state of an oracle, which survives a kill at any moment."""

import contextlib
import json
import pathlib
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import keras_tuner

from pipelines.atomic import FolderLock
from tuning.oracles.keras_tuner_internals import Trial
from tuning.oracles.state_file import damaged
from tuning.oracles.state_file import read_state
from tuning.oracles.state_file import state_text
from tuning.oracles.state_file import write_state
from tuning.settings.values import changed_settings


class Durable(keras_tuner.Oracle):
    """Mixin that gives a keras-tuner oracle durable state.

    The state is one file, which every change replaces atomically before its
    result is returned. A change that is interrupted, by an error or Ctrl-C, is
    discarded: the next one begins with the state in the file.

    Args:
        path: Path of the state file. A lock of the same name is beside it.
        bound: Values that the search is bound to and workers receive: the
            settings under `search/settings`, and others.
        **kwargs: Arguments of the oracle.

    Raises:
        ValueError: If another process holds the lock, or the state is damaged
            or belongs to other settings.

    >>> import tempfile
    >>> oracle = Durable(
    ...     path=pathlib.Path(tempfile.mkdtemp()) / "search.json",
    ...     bound={"search/settings": '{"trials": 4, "config": {}}'},
    ...     objective=keras_tuner.Objective("val_proxy_auc", "max"),
    ... )
    >>> oracle.read()
    []
    >>> oracle.close()
    """

    def __init__(
        self, *, path: pathlib.Path, bound: Mapping[str, Any], **kwargs
    ):
        super().__init__(**kwargs)
        self.path = path
        self.bound = dict(bound)
        self.interruptions: dict[str, int] = {}
        self.lock = threading.RLock()
        self._written = ""
        self._is_stale = False
        self._folder_lock = FolderLock(path.with_suffix(".lock"))
        try:
            if path.exists():
                self._check(read_state(path))
                self._is_stale = True
            with self._transaction():
                pass
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Releases the lock of the search."""
        self._folder_lock.close()

    def read(self) -> list[Trial]:
        """All trials, in order."""
        with self.lock:
            self._refresh()
            return [copy_trial(trial) for trial in self.trials.values()]

    def get_space(self) -> keras_tuner.HyperParameters:
        """The space, with the settings of the search as fixed values."""
        space = self.hyperparameters.copy()
        for name, value in self.bound.items():
            space.Fixed(name, value)
        return space

    def get_state(self) -> dict[str, Any]:
        return {
            **super().get_state(),
            "tried_so_far": sorted(self._tried_so_far),
            "bound": self.bound,
            "interruptions": self.interruptions,
            "tuner_ids": sorted(self.tuner_ids),
            "trials": [
                {
                    **trial.get_state(),
                    "hyperparameters": trial.hyperparameters.values,
                }
                for trial in self.trials.values()
            ],
        }

    def set_state(self, state: dict[str, Any]) -> None:
        space = state["hyperparameters"]
        self.trials = {}
        for fields in state["trials"]:
            hp = {**space, "values": fields["hyperparameters"]}
            trial = Trial.from_state({**fields, "hyperparameters": hp})
            self.trials[trial.trial_id] = trial
        super().set_state(state)
        self.interruptions = state["interruptions"]
        self.tuner_ids = set(state["tuner_ids"])

    def _check(self, state: dict[str, Any]) -> None:
        space = json.loads(state_text(self.hyperparameters.get_config()))
        try:
            changed = changed_settings(state["bound"], self.bound)
            if state["hyperparameters"]["space"] != space["space"]:
                changed.append("other ranges")
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise damaged(self.path, error) from error
        if changed:
            raise ValueError(
                "A search goes on with the settings it began with. Received: "
                f"{self.path} with {'; '.join(changed)}. Choose another "
                "folder, or the same settings; only more trials may be had."
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Writes all changes made inside at its end, or none."""
        with self.lock:
            self._refresh()
            self._is_stale = True
            yield
            text = state_text(self.get_state())
            if text != self._written:
                write_state(self.path, text)
            self._written = text
            self._is_stale = False

    def _refresh(self) -> None:
        if not self._is_stale:
            return
        state = read_state(self.path)
        try:
            self.set_state(state)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise damaged(self.path, error) from error
        self._written = ""
        self._is_stale = False


def copy_trial(trial: Trial) -> Trial:
    """An independent copy of a trial.

    >>> copy_trial(Trial(keras_tuner.HyperParameters(), "0003")).trial_id
    '0003'
    """
    return Trial.from_state(trial.get_state())
