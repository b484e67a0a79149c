"""Folder of a training run and the paths of its files."""

import dataclasses
import pathlib

from pipelines import atomic
from pipelines.runs.run_files import reading
from pipelines.settings.config import Config
from pipelines.settings.labels import dotted_settings
from pipelines.settings.plain_yaml import dump_yaml
from pipelines.settings.plain_yaml import load_yaml
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """Paths of a run's configuration, logs, weights and scores.

    Args:
        path: Folder of the run.

    >>> RunFolder(pathlib.Path("runs/fan")).detector.as_posix()
    'runs/fan/detector.keras'
    """

    path: pathlib.Path

    @property
    def config(self) -> pathlib.Path:
        """Configuration, for `keras-asd train --config`."""
        return self.path / "config.yaml"

    @property
    def labels(self) -> pathlib.Path:
        """Label map: auxiliary classes and machines."""
        return self.path / "labels.json"

    @property
    def clips(self) -> pathlib.Path:
        """Clip list: every clip of the data and its role."""
        return self.path / "clips.csv"

    @property
    def environment(self) -> pathlib.Path:
        """Versions of Python and of the packages."""
        return self.path / "environment.json"

    @property
    def history(self) -> pathlib.Path:
        """Losses and metrics, one row per epoch."""
        return self.path / "history.csv"

    @property
    def tensorboard(self) -> pathlib.Path:
        """Logs for TensorBoard."""
        return self.path / "tensorboard"

    def checkpoint(self, num_epochs: int) -> pathlib.Path:
        """Classifier and optimiser after a number of finished epochs."""
        return self.path / "checkpoints" / f"epoch_{num_epochs:05d}.keras"

    @staticmethod
    def finished_epochs(checkpoint: pathlib.Path) -> int:
        """Number of finished epochs of a checkpoint."""
        return int(checkpoint.stem.rpartition("_")[-1])

    @property
    def latest(self) -> pathlib.Path | None:
        """Checkpoint of the last finished epoch, or `None`."""
        return max(self.checkpoints, key=self.finished_epochs, default=None)

    @property
    def checkpoints(self) -> list[pathlib.Path]:
        """Existing checkpoints: those of the last two epochs."""
        return list((self.path / "checkpoints").glob("epoch_*.keras"))

    @property
    def best(self) -> pathlib.Path:
        """Classifier of the epoch with the lowest hold-out loss."""
        return self.path / "checkpoints" / "best.keras"

    @property
    def contrast(self) -> pathlib.Path:
        """Clips of built-in machines that serve as contrast, if used."""
        return self.path / "contrast"

    @property
    def pretraining(self) -> "RunFolder":
        """Folder of the pre-training."""
        return RunFolder(self.path / "pretraining")

    def stage(self, name: str) -> "RunFolder":
        """Folder of a stage; see `pipelines.runs.stages`."""
        return RunFolder(self.path / name)

    def part(self, place: int, name: str) -> "RunFolder":
        """Folder of one of several networks."""
        kept = "".join(c if c.isalnum() or c in "+-" else "_" for c in name)
        return RunFolder(self.path / "parts" / f"{place:03d}_{kept}")

    @property
    def parts(self) -> list["RunFolder"]:
        """Folders of all networks; the run itself for a single network."""
        folders = sorted((self.path / "parts").glob("[0-9][0-9]*_*"))
        return [RunFolder(folder) for folder in folders] or [self]

    @property
    def embeddings(self) -> pathlib.Path:
        """Embeddings of the normal clips, on which scorers are fitted."""
        return self.path / "embeddings.npz"

    @property
    def calibration(self) -> pathlib.Path:
        """Numbers behind the calibration of every machine."""
        return self.path / "calibration.json"

    @property
    def detector(self) -> pathlib.Path:
        """The trained detector."""
        return self.path / "detector.keras"

    @property
    def kept_files(self) -> tuple[pathlib.Path, ...]:
        """Files that a run which has ended must hold as they were."""
        return (
            self.config,
            self.labels,
            self.clips,
            self.environment,
            self.embeddings,
            self.calibration,
            self.detector,
        )

    @property
    def manifest(self) -> pathlib.Path:
        """SHA-256 of these; exists once the training has ended."""
        return self.path / "manifest.json"

    @property
    def lock(self) -> pathlib.Path:
        """Held by whoever writes into the run."""
        return self.path / ".lock"


def write_config(run: RunFolder, config: Config, data: list[str]) -> None:
    """Writes the configuration, or checks it against the existing one.

    Once the clips are listed the configuration cannot change any more. Settings
    that an older file lacks have their default values.

    Raises:
        ValueError: If the run was begun with another configuration.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_config(run, Config(epochs=9), data=["/recordings"])
    >>> read_config(run).epochs
    9
    """
    written = {**write_settings(config), "data": data}
    if run.config.exists() and run.clips.exists():
        with reading(run.config, "The configuration of a run"):
            text = run.config.read_text(encoding="utf-8")
            merged = {**write_settings(Config()), **load_yaml(text)}
            if not config.clip_seconds:  # The recordings had it.
                written["clip_seconds"] = merged["clip_seconds"]
            before = dotted_settings(merged)
        changed = [
            f"{name}: {before.get(name)} then, {value} now"
            for name, value in dotted_settings(written).items()
            if before.get(name) != value
        ]
        if changed:
            raise ValueError(
                "A run goes on with the configuration it began with. "
                f"Received: run={run.path} with {'; '.join(changed)}. "
                "Choose another folder, or the same settings."
            )
        return
    atomic.write_text(run.config, dump_yaml(written))


def read_config(run: RunFolder) -> Config:
    """Reads the configuration of a run.

    Raises:
        FileNotFoundError: If the folder has no configuration.
        ValueError: If the configuration is not valid.

    >>> read_config(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if not run.config.exists():
        raise FileNotFoundError(
            "`run` must be the folder of a training run. Received: "
            f"run={run.path}, which has no {run.config.name}. Train first: "
            "`keras-asd train DATA --run RUN`."
        )
    with reading(run.config, "The configuration of a run"):
        fields = load_yaml(run.config.read_text(encoding="utf-8"))
        del fields["data"]
        return read_settings(fields)
