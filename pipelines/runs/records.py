"""Label map of a run and versions of its packages, as JSON."""

import dataclasses
import importlib.metadata
import json
import platform
from typing import Any

from pipelines import atomic
from pipelines.runs.labels import LabelMap
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder

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


def write_labels(run: RunFolder, label_map: LabelMap) -> None:
    """Writes the label map, in the order of the network's outputs.

    >>> import pathlib
    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> write_labels(run, LabelMap(("fan/id_00",), {"fan": (0,)}))
    >>> json.loads(run.labels.read_text())["keys"]
    {'fan': [0]}
    """
    text = json.dumps(dataclasses.asdict(label_map), indent=2)
    atomic.write_text(run.labels, text + "\n")


def read_labels(run: RunFolder) -> LabelMap:
    """Reads the label map.

    Raises:
        ValueError: If the file is missing or damaged.

    >>> import pathlib
    >>> read_labels(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    ValueError: The label map must be as keras-asd wrote it. Received: ...
    """
    with reading(run.labels, "The label map"):
        fields = json.loads(run.labels.read_text(encoding="utf-8"))
        tables = [
            {name: tuple(map(int, of_key)) for name, of_key in table.items()}
            for table in (fields["keys"], fields["groups"])
        ]
        return LabelMap(tuple(map(str, fields["classes"])), *tables)


def write_environment(run: RunFolder) -> None:
    """Writes the versions of Python and of the packages in use.

    >>> import pathlib
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
