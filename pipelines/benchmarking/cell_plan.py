"""Plan of one training of a benchmark."""

import dataclasses
import json
import pathlib
from typing import Any

from pipelines import atomic
from pipelines.settings.config import Config
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings


@dataclasses.dataclass(frozen=True)
class CellPlan:
    """Plan of a training: a row with a seed on a data set.

    Args:
        data_set: Name of the data set.
        row: Name of the row.
        seed: Seed of the training.
        roots: Data folders.
        config: Settings of the training.
        scorers: Labels of further scorers.
        folder: Folder of the run.

    >>> plan = CellPlan("a", "b", 1, (), Config(), (), pathlib.Path("runs"))
    >>> plan.log.as_posix()
    'runs/cell.log'
    """

    data_set: str
    row: str
    seed: int
    roots: tuple[str, ...]
    config: Config
    scorers: tuple[str, ...]
    folder: pathlib.Path

    @property
    def log(self) -> pathlib.Path:
        """Log file of its process."""
        return self.folder / "cell.log"

    @property
    def request(self) -> pathlib.Path:
        """File of the plan, for its process."""
        return self.folder / "cell_plan.json"


def folder_name(name: str) -> str:
    """A name as a valid folder name.

    >>> folder_name("TASTgram-MFN (ArcFace)")
    'TASTgram-MFN_ArcFace'
    """
    kept = "".join(c if c.isalnum() or c in "+-" else "_" for c in name)
    return "_".join(part for part in kept.split("_") if part)


def write_plan(plan: CellPlan) -> None:
    """Writes a plan to its folder.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> plan = CellPlan("a", "b", 1, ("d",), Config(), (), folder)
    >>> write_plan(plan)
    >>> read_plan(plan.request) == plan
    True
    """
    fields = vars(plan) | {
        "folder": str(plan.folder),
        "config": write_settings(plan.config),
    }
    atomic.write_text(plan.request, json.dumps(fields, indent=2) + "\n")


def read_plan(path: pathlib.Path) -> CellPlan:
    """Reads a plan written by `write_plan`.

    >>> read_plan(pathlib.Path("no_such_plan.json"))
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    fields = _with_tuples(json.loads(path.read_text(encoding="utf-8")))
    fields["config"] = read_settings(fields["config"])
    fields["folder"] = pathlib.Path(fields["folder"])
    return CellPlan(**fields)


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
