"""Progress bar of a trial."""

import keras
import tqdm


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
