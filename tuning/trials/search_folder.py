"""Folder of a search: its paths, digests of its clips, its best trial."""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.settings.config import Config
from pipelines.settings.plain_yaml import dump_yaml
from pipelines.settings.reading import write_settings
from tuning.trials.search_data import SearchData

# Names of the digests of clips, and of labelled clips of the objective, that a
# search is bound to and workers receive.
DATA = "search/data"
DEVELOPMENT = "search/development"


@dataclasses.dataclass(frozen=True)
class SearchFolder:
    """Paths of a search's trials and reports.

    Args:
        path: Folder of the search.

    >>> SearchFolder(pathlib.Path("searches/fan")).best.as_posix()
    'searches/fan/best.yaml'
    """

    path: pathlib.Path

    @property
    def data(self) -> pathlib.Path:
        """Folder of the clip list and of files made from the clips."""
        return self.path / "data"

    @property
    def table(self) -> pathlib.Path:
        """The trials in Markdown."""
        return self.path / "trials.md"

    @property
    def page(self) -> pathlib.Path:
        """The trials as a page."""
        return self.path / "search.html"

    @property
    def best(self) -> pathlib.Path:
        """The best trial's settings, for `keras-asd train --config`."""
        return self.path / "best.yaml"

    @property
    def tensorboard(self) -> pathlib.Path:
        """The trials for TensorBoard's HParams."""
        return self.path / "tensorboard"

    @property
    def confirmation(self) -> pathlib.Path:
        """Folder of the trainings that confirm the best trial."""
        return self.path / "confirmation"


def data_digest(data: SearchData) -> str:
    """SHA-256 over the content and role of every normal clip.

    It must be equal on all machines of a distributed search.

    >>> from pipelines.runs.labels import LabelMap
    >>> nothing = LabelMap((), {})
    >>> data_digest(SearchData(pathlib.Path("x"), (), (), nothing))[:8]
    'e3b0c442'
    """
    return _digest(
        (entry.role, entry.inspected)
        for entry in data.listed
        if entry.inspected is not None
    )


def development_digest(clips: Sequence[InspectedClip]) -> str:
    """SHA-256 over the labelled clips of the objective.

    >>> development_digest([])[:8]
    'e3b0c442'
    """
    return _digest((str(clip.clip.is_anomaly), clip) for clip in clips)


def _digest(clips: Iterable[tuple[str, InspectedClip]]) -> str:
    digest = hashlib.sha256()
    for role, inspected in clips:
        line = f"{inspected.clip.key} {role} {inspected.sha256}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


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
    atomic.write_text(path, head + dump_yaml(write_settings(config)))
