"""Checkpoints and history of a training run, written every epoch."""

import csv
import io
import logging
import math
import pathlib
from collections.abc import Sequence

import keras

from pipelines import atomic
from pipelines.runs.archives.keras_archive import check_keras_archive
from pipelines.runs.archives.keras_archive import save_model
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder

logger = logging.getLogger(__name__)


class Checkpoints(keras.callbacks.Callback):
    """Callback that writes history, best and latest weights in that order.

    Each file is whole or absent, and the latest weights are written last: a run
    killed in between repeats the epoch and writes the same files again. The
    weights of the epoch before are kept, for `drop_damaged`.

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
            save_model(self.run.best, self.model)
        save_model(self.run.checkpoint(epoch + 1), self.model)
        for older in self.run.checkpoints:
            if self.run.finished_epochs(older) < epoch:
                older.unlink()

    def _judged(self) -> list[dict[str, str]]:
        return self.rows if self.keeps_best else []


def drop_damaged(run: RunFolder, trust: Sequence[str] = ()) -> None:
    """Removes damaged checkpoints, where an older one is whole, and says so.

    Args:
        run: Folder of the run.
        trust: Packages whose classes the checkpoints may name.

    >>> import pathlib
    >>> drop_damaged(RunFolder(pathlib.Path("no_such_run")))
    """
    damaged: list[tuple[pathlib.Path, ValueError]] = []
    for path in sorted(run.checkpoints, key=run.finished_epochs, reverse=True):
        try:
            check_keras_archive(path, trust)
        except ValueError as error:
            damaged.append((path, error))
            continue
        for bad, fault in damaged:
            logger.warning("fell back to %s: %s", path.name, fault)
            bad.unlink()
        return


def read_history(run: RunFolder) -> list[dict[str, str]]:
    """Rows of a run's history, one per epoch, as text.

    >>> import pathlib
    >>> read_history(RunFolder(pathlib.Path("no_such_run")))
    []
    """
    if not run.history.exists():
        return []
    with reading(run.history, "The history of a run"):
        text = run.history.read_text(encoding="utf-8")
        rows = list(csv.DictReader(io.StringIO(text)))
        for row in rows:
            for value in row.values():
                float(value)
        return rows
