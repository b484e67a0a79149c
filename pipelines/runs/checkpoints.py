"""Checkpoints and history of a training run, written every epoch."""

import csv
import io
import math

import keras

from pipelines import atomic
from pipelines.runs.run_folder import RunFolder


class Checkpoints(keras.callbacks.Callback):
    """Callback that writes history, best and latest weights in that order.

    Each file is whole or absent, and the latest weights are written last: a run
    killed in between repeats the epoch and writes the same files again.

    Args:
        run: Folder of the run.
        keeps_best: Whether the weights with the lowest `val_loss` are kept.

    Raises:
        ValueError: During training, if the loss is not finite.

    >>> import pathlib
    >>> run = RunFolder(pathlib.Path("runs/fan"))
    >>> Checkpoints(run, keeps_best=False).rows
    []
    """

    def __init__(self, run: RunFolder, keeps_best: bool):
        super().__init__()
        self.run = run
        self.keeps_best = keeps_best
        self.rows: list[dict[str, str]] = []

    def resume(self, num_epochs: int) -> None:
        """Reads the history, without epochs after the checkpoint."""
        self.rows = read_history(self.run)[:num_epochs]

    def on_epoch_end(self, epoch, logs=None):
        logs = {name: float(value) for name, value in (logs or {}).items()}
        if logs["loss"] == 0:
            raise ValueError(
                "Clips must stay where they are during training. Received: "
                f"a loss of zero in epoch {epoch + 1}: none could be decoded. "
                "Bring the recordings back; the same command goes on."
            )
        if not math.isfinite(logs["loss"]):
            raise ValueError(
                "The loss must stay finite. Received: "
                f"loss={logs['loss']} in epoch {epoch + 1}. Lower "
                "`learning_rate`, or use full precision."
            )
        previous = [float(row["val_loss"]) for row in self._judged()]
        row = {"epoch": epoch + 1, **logs}
        self.rows.append({name: repr(value) for name, value in row.items()})
        text = io.StringIO()
        writer = csv.DictWriter(text, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        atomic.write_text(self.run.history, text.getvalue())
        if self.keeps_best and logs["val_loss"] < min(
            previous, default=math.inf
        ):
            self._save(self.run.best)
        latest = self.run.checkpoint(epoch + 1)
        self._save(latest)
        for older in self.run.checkpoints:
            if older != latest:
                older.unlink()

    def _judged(self) -> list[dict[str, str]]:
        return self.rows if self.keeps_best else []

    def _save(self, path):
        with atomic.replacing(path) as temporary:
            self.model.save(temporary)


def read_history(run: RunFolder) -> list[dict[str, str]]:
    """Rows of a run's history, one per epoch, as text.

    >>> import pathlib
    >>> read_history(RunFolder(pathlib.Path("no_such_run")))
    []
    """
    if not run.history.exists():
        return []
    text = run.history.read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))
