"""The folder of a training run and what lies where in it."""

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
    """Where a run keeps its configuration, logs, weights and scores.

    Args:
        path: The folder.

    >>> RunFolder(pathlib.Path("runs/fan")).detector.as_posix()
    'runs/fan/detector.keras'
    """

    path: pathlib.Path

    @property
    def config(self) -> pathlib.Path:
        """Configuration, as `keras-asd train --config` takes it."""
        return self.path / "config.yaml"

    @property
    def labels(self) -> pathlib.Path:
        """Auxiliary classes and machines."""
        return self.path / "labels.json"

    @property
    def clips(self) -> pathlib.Path:
        """Every clip of the data and its role."""
        return self.path / "clips.csv"

    @property
    def environment(self) -> pathlib.Path:
        """Versions of what the run was made with."""
        return self.path / "environment.json"

    @property
    def history(self) -> pathlib.Path:
        """One row of numbers an epoch."""
        return self.path / "history.csv"

    @property
    def tensorboard(self) -> pathlib.Path:
        """Logs for TensorBoard."""
        return self.path / "tensorboard"

    def checkpoint(self, num_epochs: int) -> pathlib.Path:
        """Classifier and optimiser after so many finished epochs."""
        return self.path / "checkpoints" / f"epoch_{num_epochs:05d}.keras"

    @staticmethod
    def finished_epochs(checkpoint: pathlib.Path) -> int:
        """Number of epochs that a checkpoint has seen."""
        return int(checkpoint.stem.rpartition("_")[-1])

    @property
    def latest(self) -> pathlib.Path | None:
        """The checkpoint of the last finished epoch, if there is any."""
        return max(self.checkpoints, key=self.finished_epochs, default=None)

    @property
    def checkpoints(self) -> list[pathlib.Path]:
        """The checkpoints that are there: one, or two for a moment."""
        return list((self.path / "checkpoints").glob("epoch_*.keras"))

    @property
    def best(self) -> pathlib.Path:
        """Classifier of the epoch with the least hold-out loss."""
        return self.path / "checkpoints" / "best.keras"

    @property
    def contrast(self) -> pathlib.Path:
        """Built-in machines that serve as contrast, where they are used."""
        return self.path / "contrast"

    @property
    def pretraining(self) -> "RunFolder":
        """Of what the network learnt before."""
        return RunFolder(self.path / "pretraining")

    def part(self, place: int, name: str) -> "RunFolder":
        """Of one of several networks."""
        kept = "".join(c if c.isalnum() or c in "+-" else "_" for c in name)
        return RunFolder(self.path / "parts" / f"{place:03d}_{kept}")

    @property
    def parts(self) -> list["RunFolder"]:
        """Of all networks; itself where there is one."""
        folders = sorted((self.path / "parts").glob("[0-9][0-9]*_*"))
        return [RunFolder(folder) for folder in folders] or [self]

    @property
    def embeddings(self) -> pathlib.Path:
        """Embeddings of the normal clips, which scorers are fitted on."""
        return self.path / "embeddings.npz"

    @property
    def calibration(self) -> pathlib.Path:
        """What the calibration of every machine rests on."""
        return self.path / "calibration.json"

    @property
    def detector(self) -> pathlib.Path:
        """What the run is for; there once the training has ended."""
        return self.path / "detector.keras"


def write_config(run: RunFolder, config: Config, data: list[str]) -> None:
    """Writes the configuration, or checks it against the one that is there.

    It binds from the moment that the clips are listed. Settings that were
    not written then have their default values.

    Raises:
        ValueError: If the run was begun with another one.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_config(run, Config(epochs=9), data=["/recordings"])
    >>> read_config(run).epochs
    9
    """
    written = {**write_settings(config), "data": data}
    if run.config.exists() and run.clips.exists():
        text = run.config.read_text(encoding="utf-8")
        merged = {**write_settings(Config()), **yaml.safe_load(text)}
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
    """The configuration of a run.

    Raises:
        FileNotFoundError: If the folder is not that of a run.

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
        fields = yaml.safe_load(run.config.read_text(encoding="utf-8"))
        del fields["data"]
        return read_settings(fields)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
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
    """Writes the versions of Python and of the packages at work.

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
