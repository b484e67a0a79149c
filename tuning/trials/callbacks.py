"""Keras callbacks of a trial: early stopping and progress bar."""

import math
from collections.abc import Callable

import keras
import tqdm


class ObjectiveStopping(keras.callbacks.Callback):
    """Callback that measures the objective every epoch, with early stopping.

    The values are added to the logs, and so to the history of the run. A loss
    that is not finite is left to the next callback, `Checkpoints`.

    Args:
        measure: Function from the model to metrics by name.
        name: Name of the objective among the metrics; larger is better.
        patience: Epochs without a better value after which training ends.
        values: Objective of the epochs before the first.

    >>> ObjectiveStopping(lambda model: {"auc": 0.5}, "auc", 2, [0.7]).values
    [0.7]
    """

    def __init__(
        self,
        measure: Callable[[keras.Model], dict[str, float]],
        name: str,
        patience: int,
        values: list[float],
    ):
        super().__init__()
        self.measure = measure
        self.name = name
        self.patience = patience
        self.values = list(values)

    def on_epoch_end(self, epoch, logs=None):
        if not math.isfinite(logs["loss"]):
            return
        logs.update(self.measure(self.model))
        self.values.append(logs[self.name])
        if is_over(self.values, self.patience):
            self.model.stop_training = True


def is_over(values: list[float], patience: int) -> bool:
    """Whether the best value was at least `patience` epochs ago.

    >>> is_over([0.7, 0.8, 0.8], patience=2), is_over([0.8, 0.7, 0.8], 2)
    (False, True)
    """
    return bool(values) and len(values) - best_epoch(values) >= patience


def best_epoch(values: list[float]) -> int:
    """Number of the first epoch with the best value.

    >>> best_epoch([0.7, 0.8, 0.8])
    2
    """
    return values.index(max(values)) + 1


class EpochBar(keras.callbacks.Callback):
    """Progress bar over the epochs of a trial, in a terminal only.

    Args:
        name: Name of the trial.

    >>> EpochBar("0003").name
    '0003'
    """

    def __init__(self, name: str):
        super().__init__()
        self.name = name
        self._bar = tqdm.tqdm(disable=True)

    def on_train_begin(self, logs=None):
        self._bar = tqdm.tqdm(
            desc=f"trial {self.name}",
            total=self.params.get("epochs"),
            unit="epoch",
            disable=None,
            leave=False,
        )

    def on_epoch_end(self, epoch, logs=None):
        self._bar.n = epoch + 1
        self._bar.refresh()

    def on_train_end(self, logs=None):
        self._bar.close()
