"""Downloads data sets of DCASE Task 2."""

import logging
import os
import pathlib
from collections.abc import Sequence

from pipelines import atomic
from pipelines.datasets.download.catalogue import PARTS
from pipelines.datasets.download.fetching import fetch_archive
from pipelines.datasets.download.fetching import partial_path
from pipelines.datasets.download.finished import Finished
from pipelines.datasets.download.listing import list_plans
from pipelines.datasets.download.pins import Pins
from pipelines.datasets.download.planning import PlannedPart
from pipelines.datasets.download.planning import plan_downloads
from pipelines.datasets.download.server import ZENODO
from pipelines.datasets.download.server import Server
from pipelines.datasets.download.unpacking import unpack
from pipelines.files.disk import check_space
from pipelines.files.disk import explaining_full_disk
from pipelines.files.disk import format_bytes

LOCK_NAME = "records.lock.yaml"
ARCHIVES = "archives"
# How much more recordings take than their archive, carefully.
_UNPACKED_RATIO = 1.5

_logger = logging.getLogger(__name__)


def download(
    data_sets: Sequence[str],
    folder: str | os.PathLike[str],
    machines: Sequence[str] = (),
    parts: Sequence[str] = PARTS,
    mirror: str = ZENODO,
) -> list[pathlib.Path]:
    """Downloads, verifies and unpacks data sets; goes on where it stopped.

    Clips lie at `<folder>/<data set>/<part>/<machine>/{train,test}`, as
    `pipelines.datasets.read_clips` reads them, archives at
    `<folder>/<data set>/archives/<part>`; those may be deleted afterwards.
    Names, sizes and checksums are those of the Zenodo records, pinned in
    `<folder>/records.lock.yaml` when they are first used. The labels of the
    evaluation clips are in no record.

    Args:
        data_sets: Such as `["dcase2020"]`, to 2026.
        folder: Where to.
        machines: Names; all of the parts if empty.
        parts: Some of `"development"`, `"additional"`, `"evaluation"`.
        mirror: URL that stands in for `https://zenodo.org`.

    Returns:
        Folders of the parts that clips lie in.

    Raises:
        ConnectionError: If the server does not answer, or cuts the line
            again and again.
        FileNotFoundError: If it lacks a record or a file.
        OSError: If the disk is too full.
        ValueError: If a name is not known, a record has changed, or an
            archive is not the one of the record, or not safe.

    >>> download(["dcase1999"], "data")
    Traceback (most recent call last):
    ValueError: The data set must be one of dcase2020, ...
    """
    folder = pathlib.Path(folder)
    server = Server(mirror)
    pins = Pins(folder / LOCK_NAME)
    plans = plan_downloads(data_sets, server, pins, machines, parts)
    plans = [plan for plan in plans if plan.archives]
    _check_space(plans, folder)
    with explaining_full_disk(folder), atomic.FolderLock(folder / ".lock"):
        for plan in plans:
            if plan.record and pins.read(plan.record.number) is None:
                pins.pin(plan.record, server.url)
        for plan in plans:
            _download_part(plan, server, folder)
    return [folder / plan.part.data_set / plan.part.name for plan in plans]


def list_downloads(
    data_sets: Sequence[str],
    folder: str | os.PathLike[str] | None = None,
    machines: Sequence[str] = (),
    parts: Sequence[str] = PARTS,
    mirror: str = ZENODO,
) -> str:
    """Tells what `download` would take, and downloads nothing.

    Where the server does not answer, the shipped list must do, which is
    marked as unverified. Nothing is written.

    Raises:
        ValueError: If a name is not known, or a record is not the one that
            is pinned in `folder`.

    >>> text = list_downloads(["dcase2026"], mirror="http://localhost:1")
    >>> print(text.splitlines()[0])
    dcase2026 development, https://zenodo.org/records/19336329 (unverified: ...
    """
    pins = Pins(pathlib.Path(folder) / LOCK_NAME) if folder else None
    return list_plans(
        plan_downloads(
            data_sets,
            Server(mirror, num_retries=0),
            pins,
            machines,
            parts,
            may_guess=True,
        )
    )


def _download_part(
    plan: PlannedPart, server: Server, folder: pathlib.Path
) -> None:
    root = folder / plan.part.data_set
    finished = Finished(root)
    if plan.fault:
        _logger.info("record %d: as pinned. %s", plan.part.record, plan.fault)
    if plan.left_out:
        _logger.info(
            "record %d: left out %s", plan.part.record, ", ".join(plan.left_out)
        )
    for machine, file in plan.archives.items():
        place = f"{plan.part.name}/{machine}"
        name = f"{plan.part.data_set}/{place}"
        num_files = finished.num_files(place, file.checksum)
        if num_files is not None:
            _logger.info("%s: %d files, there already", name, num_files)
            continue
        archives = root / ARCHIVES / plan.part.name
        path = fetch_archive(server, file, archives)
        num_files = unpack(path, machine, root / place)
        finished.mark(place, file.checksum, num_files)
        _logger.info(
            "%s: %d files from %s (%s)",
            name,
            num_files,
            file.name,
            format_bytes(file.size),
        )


def _check_space(plans: Sequence[PlannedPart], folder: pathlib.Path) -> None:
    """Refuses to begin what cannot be ended."""
    to_come = 0.0
    for plan in plans:
        root = folder / plan.part.data_set
        finished = Finished(root)
        for machine, file in plan.archives.items():
            place = f"{plan.part.name}/{machine}"
            if finished.num_files(place, file.checksum) is not None:
                continue
            archives = root / ARCHIVES / plan.part.name
            to_come += (1 + _UNPACKED_RATIO) * file.size
            for path in (archives / file.name, partial_path(archives, file)):
                if path.exists():
                    to_come -= min(path.stat().st_size, file.size)
    check_space(folder, to_come)
