"""The command `keras-asd download`."""

from collections.abc import Sequence
from typing import Annotated
from typing import Literal

from pipelines.commands.command import OneOf
from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.datasets.download.catalogue import PARTS
from pipelines.datasets.download.catalogue import read_catalogue

DataSet = Annotated[str, OneOf(dict.fromkeys(read_catalogue(), ""))]
Part = Literal["development", "additional", "evaluation"]


@command
def run(
    data_sets: Sequence[DataSet],
    *,
    machines: Sequence[str] = (),
    parts: Sequence[Part] = (),
    to: str | None = None,
    mirror: str | None = None,
    dry_run: bool = False,
) -> None:
    """Downloads the recordings of DCASE Task 2, 2020 to 2026.

    They come from Zenodo, are verified and unpacked, so that `keras-asd train
    DIR/NAME` reads them. Stopped, it goes on where it was.

    The recordings have a licence of their own, which their record states (CC
    BY-NC-SA 4.0 in 2020). The labels of the evaluation clips are in no
    record: `keras-asd official` takes them from the evaluators' repositories.

    Args:
        data_sets (NAME): Data sets.
        machines (NAME): Machines, such as `fan pump` or `fan,pump`. Defaults
            to all.
        parts (PART): Parts of the data sets. Defaults to all.
        to (DIR): Folder of the recordings; a dry run needs none.
        mirror (URL): Server of the same records in place of
            https://zenodo.org.
        dry_run: List records, files and sizes, and download nothing; without
            a network the shipped list, marked as unverified.
    """
    if not (to or dry_run):
        raise UsageError("--to is needed, unless it is a --dry_run")
    from pipelines.datasets.download.server import ZENODO
    from pipelines.programs.download import download
    from pipelines.programs.download import list_downloads

    names = [name for word in machines for name in word.split(",") if name]
    request = (names, parts or PARTS, mirror or ZENODO)
    if dry_run or to is None:
        print(list_downloads(data_sets, to, *request))
        return
    for folder in download(data_sets, to, *request):
        print(f"clips in {folder}")
    if not parts or "evaluation" in parts:
        print("evaluation clips carry no label: their record has none")
