"""Which trainings a benchmark consists of."""

import dataclasses
import json
import pathlib
from typing import Any

from pipelines import atomic
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class CellPlan:
    """A row with a seed on a data set, and the folder of its run.

    Args:
        data_set: Name of the data set.
        row: Name of the row.
        seed: Of the training.
        roots: Data folders.
        config: Settings of the training.
        scorers: Further scorers.
        folder: Of the run.

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
        """What its process said."""
        return self.folder / "cell.log"

    @property
    def request(self) -> pathlib.Path:
        """The plan as its process reads it."""
        return self.folder / "cell_plan.json"


def folder_name(name: str) -> str:
    """A name as that of a folder.

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
    fields = dataclasses.asdict(plan) | {"folder": str(plan.folder)}
    atomic.write_text(plan.request, json.dumps(fields, indent=2) + "\n")


def read_plan(path: pathlib.Path) -> CellPlan:
    """Reads what `write_plan` wrote.

    >>> read_plan(pathlib.Path("no_such_plan.json"))
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    fields = _with_tuples(json.loads(path.read_text(encoding="utf-8")))
    fields["config"] = _read_settings(fields["config"])
    fields["folder"] = pathlib.Path(fields["folder"])
    return CellPlan(**fields)


def _read_settings(fields: dict[str, Any]) -> Config:
    """Settings from JSON: all that a plan knows of how they are written."""
    return Config(**_with_tuples(fields))


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
