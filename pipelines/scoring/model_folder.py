"""Folder of a model that scores: a run, or a version of an export."""

import hashlib
import logging
import pathlib

from pipelines.exporting.manifest import MANIFEST
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from pipelines.runs.run_folder import RunFolder

logger = logging.getLogger(__name__)

SAVED_MODEL = "saved_model.pb"


def find_model(path: str) -> pathlib.Path:
    """Returns the folder of a run or of an exported version.

    Args:
        path: Folder of a run, of a version such as `saved_models/fan/1`, or
            of an exported model, whose newest version that is whole is taken;
            newer ones are warned of.

    Raises:
        ValueError: If no version of an exported model is whole.

    >>> find_model("runs/fan").as_posix()
    'runs/fan'
    """
    folder = pathlib.Path(path)
    found = [folder / str(number) for number in reversed(versions(folder))]
    if not any((version / SAVED_MODEL).exists() for version in found):
        return folder
    faults = []
    for version in found:
        try:
            verify_manifest(version)
        except ValueError as fault:
            faults.append(fault)
            continue
        for newer in faults:
            logger.warning("%s Version %s is used.", newer, version.name)
        return version
    raise faults[0]


def model_digest(path: str) -> str:
    """Returns a SHA-256 that differs between models.

    Args:
        path: Path of a model, as in `find_model`.

    >>> model_digest("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    folder = find_model(path)
    run = RunFolder(folder)
    files = [run.config, run.detector]
    if (folder / SAVED_MODEL).exists():
        # It has the digests of all other files.
        files = [folder / MANIFEST]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
