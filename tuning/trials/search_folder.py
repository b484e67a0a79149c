"""The folder of a search and what lies where in it."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
from tuning.trials.search_data import SearchData

# Under these names a search is bound to its clips, and to the labelled ones
# that judge it, and workers are told.
DATA = "search/data"
DEVELOPMENT = "search/development"


@dataclasses.dataclass(frozen=True)
class SearchFolder:
    """Where a search keeps its trials and what it tells of them.

    Args:
        path: The folder.

    >>> SearchFolder(pathlib.Path("searches/fan")).best.as_posix()
    'searches/fan/best.yaml'
    """

    path: pathlib.Path

    @property
    def data(self) -> pathlib.Path:
        """The list of the clips, and what is made of them."""
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
        """The best trial as a preset, for `keras-asd train --config`."""
        return self.path / "best.yaml"

    @property
    def tensorboard(self) -> pathlib.Path:
        """The trials for TensorBoard's HParams."""
        return self.path / "tensorboard"

    @property
    def confirmation(self) -> pathlib.Path:
        """The fresh trainings of the best trial and of what it should beat."""
        return self.path / "confirmation"


def data_digest(data: SearchData) -> str:
    """SHA-256 over what every normal clip holds, and what it is used for.

    Machines that search together must have the same.

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
    """Likewise, over labelled clips that trials are judged by.

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
