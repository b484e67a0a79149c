"""Folder of a training run and the paths of its files."""

import dataclasses
import importlib.metadata
import json
import pathlib
import platform
from typing import Any

import yaml

from pipelines import atomic
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.labels import dotted_settings
from pipelines.settings.plain_yaml import load_yaml
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings

PACKAGES = (
    "keras-asd",
    "keras",
    "tensorflow",
    "tensorflow-io",
    "numpy",
    "soundfile",
    "soxr",
    "scikit-learn",
)


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
        """Existing checkpoints: usually one, briefly two."""
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
        """The trained detector; exists once the training has ended."""
        return self.path / "detector.keras"


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
        text = run.config.read_text(encoding="utf-8")
        merged = {**write_settings(Config()), **load_yaml(text)}
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
    text = yaml.safe_dump(written, sort_keys=False)
    atomic.write_text(run.config, text)


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
    try:
        fields = load_yaml(run.config.read_text(encoding="utf-8"))
        del fields["data"]
        return read_settings(fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "The configuration must be as `keras-asd train` wrote it. "
            f"Received: {run.config}: {error!r}. Train again."
        ) from error


def write_labels(run: RunFolder, label_map: LabelMap) -> None:
    """Writes the label map, in the order of the network's outputs.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_labels(run, LabelMap(("fan/id_00",), {"fan": (0,)}))
    >>> json.loads(run.labels.read_text())["keys"]
    {'fan': [0]}
    """
    text = json.dumps(dataclasses.asdict(label_map), indent=2)
    atomic.write_text(run.labels, text + "\n")


def write_environment(run: RunFolder) -> None:
    """Writes the versions of Python and of the packages in use.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_environment(run)
    >>> "keras" in json.loads(run.environment.read_text())
    True
    """
    if run.environment.exists():
        return
    versions: dict[str, Any] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    for name in PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    atomic.write_text(run.environment, json.dumps(versions, indent=2) + "\n")
