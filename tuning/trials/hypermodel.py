"""Hypermodel of keras-tuner: builds, trains and evaluates trials."""

import dataclasses
import math
import pathlib
import tempfile
from collections.abc import Sequence

import keras
import keras_tuner

from pipelines.methods.choice import choose_method
from pipelines.runs.checkpoints import read_history
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.training.fitting import fit_classifier
from tuning.settings.search_settings import SearchSettings
from tuning.settings.search_space import configure
from tuning.trials.callbacks import ObjectiveStopping
from tuning.trials.callbacks import best_epoch
from tuning.trials.callbacks import is_over
from tuning.trials.fitting import trial_detector
from tuning.trials.folder import open_trial
from tuning.trials.judging.objective import Objective
from tuning.trials.search_data import SearchData


class SearchHyperModel(keras_tuner.HyperModel):
    """Builds, trains and evaluates the trials of a search.

    It works with keras-tuner's own tuners as well: their `search()` takes no
    arguments, and every trial then runs in a temporary folder.

    Args:
        data: Clips of the search.
        settings: Settings of the search.
        objective: Objective of the trials, see `make_objective`.

    >>> import keras_tuner
    >>> from pipelines.runs.labels import LabelMap
    >>> data = SearchData(None, (), (), LabelMap(("fan/a", "fan/b"), {}))
    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> config = Config(MobileFaceNet(width=0.125), clip_seconds=0.5)
    >>> hypermodel = SearchHyperModel(data, SearchSettings(config), None)
    >>> hp = keras_tuner.HyperParameters()
    >>> hypermodel.build(hp).loss.margin
    0.7
    >>> hp.values
    {'margin': 0.7, 'scale': 30.0, 'mix_alpha': 0.5}
    """

    def __init__(
        self,
        data: SearchData,
        settings: SearchSettings,
        objective: Objective,
    ):
        super().__init__()
        self.data = data
        self.settings = settings
        self.objective = objective

    def configure(self, hp: keras_tuner.HyperParameters) -> Config:
        """Settings of a trial, which keeps its last weights.

        Raises:
            ValueError: If the values are incompatible.
        """
        return configure(
            hp,
            dataclasses.replace(self.settings.config, keep="last"),
            self.settings.parameters,
            is_grid=self.settings.tuner == "grid",
        )

    def build(self, hp: keras_tuner.HyperParameters) -> keras.Model:
        """The compiled classifier, or the embedder if nothing is trained.

        Its weights depend only on the seed of the settings, not on models built
        before.

        Raises:
            FailedTrialError: If the values are incompatible.
        """
        try:
            config = self.configure(hp)
            keras.utils.set_random_seed(config.seed)
            num_classes = len(self.data.label_map.classes)
            return choose_method(config).build(num_classes)
        except ValueError as error:
            raise self._failure(error) from error

    def fit(
        self,
        hp: keras_tuner.HyperParameters,
        model: keras.Model,
        run: RunFolder | None = None,
        last_epoch: int | None = None,
        parent: RunFolder | None = None,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        verbose: int = 0,
        epochs: int | None = None,
        initial_epoch: int = 0,
    ) -> dict[str, float]:
        """Trains and evaluates a trial.

        After a kill the next call resumes from the last finished epoch, with
        the same result as an uninterrupted trial.

        Args:
            hp: Hyperparameters of the trial.
            model: Model from `build`.
            run: Folder of the trial; a temporary one if `None`.
            last_epoch: Epoch to stop after, if before the last.
            parent: Folder of a trial with the same values to continue from.
            callbacks: Further Keras callbacks.
            verbose: Verbosity of Keras's `fit`.
            epochs: Name of `last_epoch` in keras-tuner's own Hyperband.
            initial_epoch: First epoch in keras-tuner's own Hyperband; ignored,
                since the optimiser was not kept: the trial is trained from
                scratch.

        Returns:
            The objective, its parts, and losses and accuracies of the last
            epoch; with patience those of the best epoch, and `best_epoch`.

        Raises:
            FailedTrialError: If the loss diverges or the trial fails for
                another reason, which is given in one line.
            FatalValueError: If recordings are missing, so that all trials would
                fail.
        """
        if run is None:
            with tempfile.TemporaryDirectory() as folder:
                run = RunFolder(pathlib.Path(folder))
                model = self.build(hp) if initial_epoch else model
                end = last_epoch or epochs
                return self.fit(hp, model, run, end, parent, callbacks, verbose)
        try:
            config = self.configure(hp)
            if not config.is_trained:
                return self._judge(model, config)
            measures_objective = self.settings.patience > 0
            open_trial(
                run, config, self.objective.name, measures_objective, parent
            )
            return self._train(
                model, config, run, last_epoch or epochs, callbacks, verbose
            )
        except ValueError as error:
            raise self._failure(error) from error

    def _train(self, model, config, run, last_epoch, callbacks, verbose):
        patience, name = self.settings.patience, self.objective.name
        if patience:
            values = [float(row[name]) for row in _finished(run)]
            if is_over(values, patience):
                last_epoch = len(values)
            stopping = ObjectiveStopping(
                lambda model: self._judge(model, config), name, patience, values
            )
            callbacks = [stopping, *callbacks]
        data = self.data
        model = fit_classifier(
            data.examples,
            data.listed,
            data.label_map,
            config,
            run,
            model,
            callbacks,
            last_epoch,
            verbose,
        )
        rows = [
            {
                key: float(value)
                for key, value in row.items()
                if key not in ("epoch", "learning_rate")
            }
            for row in _finished(run)
        ]
        if not patience:
            return rows[-1] | self._judge(model, config)
        best = best_epoch([row[name] for row in rows])
        return rows[best - 1] | {"best_epoch": float(best)}

    def _judge(self, model: keras.Model, config: Config) -> dict[str, float]:
        detector = trial_detector(model, self.data, config)
        metrics = self.objective.measure(detector, config)
        name = self.objective.name
        if not math.isfinite(metrics[name]):
            raise ValueError(
                "The objective must be finite. "
                f"Received: {name}={metrics[name]}."
            )
        return metrics

    def _failure(self, error: ValueError) -> Exception:
        reason = " ".join(str(error).split())
        clips = self.data.train
        if clips and not any(
            inspected.clip.path.exists() for inspected in clips
        ):
            return keras_tuner.errors.FatalValueError(
                "The recordings must stay where they are during a search. "
                f"Received: none of {len(clips)} is there, such as "
                f"{clips[0].clip.path}. Bring them back; the search goes on."
            )
        return keras_tuner.errors.FailedTrialError(reason)


def _finished(run: RunFolder) -> list[dict[str, str]]:
    """History of the epochs before the checkpoint."""
    num_epochs = run.finished_epochs(run.latest) if run.latest else 0
    return read_history(run)[:num_epochs]
