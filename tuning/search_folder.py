"""The folder of a search and what lies where in it."""

import dataclasses
import hashlib
import pathlib

from tuning.search_data import SearchData

# Under this name a search is bound to its clips, and workers are told.
DATA = "search/data"


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

    >>> from pipelines.labels import LabelMap
    >>> nothing = LabelMap((), {})
    >>> data_digest(SearchData(pathlib.Path("x"), (), (), nothing))[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    for one in data.listed:
        if one.inspected is not None:
            line = f"{one.clip.key} {one.role} {one.inspected.sha256}\n"
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
