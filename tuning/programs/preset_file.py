"""YAML file of the best trial, for `keras-asd train --config`."""

import os
from collections.abc import Sequence

import yaml

from pipelines import atomic
from pipelines.settings.config import Config
from pipelines.settings.reading import write_settings


def write_preset(
    path: str | os.PathLike[str], config: Config, notes: Sequence[str] = ()
) -> None:
    """Writes all settings of a training atomically.

    Args:
        path: Path of the YAML file.
        config: Settings to write.
        notes: Notes on their origin, as comments at the head of the file.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "best.yaml")
    >>> write_preset(path, Config(epochs=7), ["Found by a search."])
    >>> text = path.read_text()
    >>> text.splitlines()[0], "epochs: 7" in text
    ('# Found by a search.', True)
    """
    head = "".join(f"# {note}\n" for note in notes)
    plain = write_settings(config)
    atomic.write_text(path, head + yaml.safe_dump(plain, sort_keys=False))
