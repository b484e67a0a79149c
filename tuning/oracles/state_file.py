"""State file of a search, durable even in a power cut."""

import json
import pathlib
from typing import Any

from pipelines import atomic


def state_text(state: dict[str, Any]) -> str:
    """A state as JSON, with NumPy numbers converted to Python's.

    >>> import numpy as np
    >>> state_text({"seed": np.int64(3)})
    '{"seed": 3}'
    """
    return json.dumps(state, default=lambda number: number.item())


def write_state(path: pathlib.Path, text: str) -> None:
    """Writes the text atomically, and waits until it is on the disk.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "search.json"
    >>> write_state(path, '{"seed": 3}')
    >>> read_state(path)
    {'seed': 3}
    """
    atomic.write_text(path, text)


def read_state(path: pathlib.Path) -> dict[str, Any]:
    """Reads a state file.

    Raises:
        ValueError: If the file is damaged.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "search.json"
    >>> _ = path.write_text('{"se')
    >>> read_state(path)
    Traceback (most recent call last):
    ValueError: The state of a search must be as it was written. Received: ...
    """
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(path, error) from error
    if not isinstance(state, dict):
        raise damaged(path, TypeError(type(state).__name__))
    return state


def damaged(path: pathlib.Path, error: Exception) -> ValueError:
    """The error for a damaged state file.

    >>> "Move" in str(damaged(pathlib.Path("search.json"), KeyError("seed")))
    True
    """
    return ValueError(
        f"The state of a search must be as it was written. Received: {path}: "
        f"{error!r}. Move that file away: the same search then begins with "
        "the same values, and takes finished epochs from the trials' folders."
    )
