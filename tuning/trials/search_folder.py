"""Folder of a search and the paths of its files."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
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
        (one.role, one.inspected)
        for one in data.listed
        if one.inspected is not None
    )


def development_digest(clips: Sequence[InspectedClip]) -> str:
    """SHA-256 over the labelled clips of the objective.

    >>> development_digest([])[:8]
    'e3b0c442'
    """
    return _digest((str(one.clip.is_anomaly), one) for one in clips)


def _digest(clips: Iterable[tuple[str, InspectedClip]]) -> str:
    digest = hashlib.sha256()
    for role, one in clips:
        line = f"{one.clip.key} {role} {one.sha256}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
