"""Folder of a model that scores: a run, or a version of an export."""

import hashlib
import importlib.util
import logging
import pathlib

from pipelines.exporting.export_form import FORMS
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import read_form
from pipelines.exporting.manifest import MANIFEST
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.publishing import versions
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.stages import find_run

logger = logging.getLogger(__name__)

SAVED_MODEL = "saved_model.pb"


def find_model(path: str) -> pathlib.Path:
    """Returns the folder of a run or of an exported version.

    Args:
        path: Folder of a run, of a version such as `saved_models/fan/1`, or
            of an exported model, whose newest version that is whole is taken;
            newer ones are warned of. Or the file of a form, whose version it
            is.

    Raises:
        ValueError: If no version of an exported model is whole.

    >>> find_model("runs/fan").as_posix()
    'runs/fan'
    """
    folder = pathlib.Path(path)
    if named_form(path) is not None:
        return folder.parent
    found = [folder / str(number) for number in reversed(versions(folder))]
    if not any((version / SAVED_MODEL).exists() for version in found):
        return find_run(folder).path
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


def named_form(path: str) -> ExportForm | None:
    """Returns the form whose file a path names, or `None`.

    >>> named_form("saved_models/fan/1/model.onnx").name
    'onnx'
    >>> named_form("saved_models/fan") is None
    True
    """
    name = pathlib.Path(path).name
    forms = [form for form in map(read_form, FORMS) if form.file == name]
    return forms[0] if forms else None


def usable_form(folder: pathlib.Path) -> ExportForm | None:
    """Returns the first form of a version that can be run here, or `None`.

    Args:
        folder: Folder of the version.

    >>> usable_form(pathlib.Path("no_such_model/1")) is None
    True
    """
    for form in map(read_form, FORMS):
        is_there = (folder / form.file).is_file()
        if is_there and importlib.util.find_spec(form.runtime) is not None:
            return form
    return None


def model_digest(path: str, form: ExportForm | None = None) -> str:
    """Returns a SHA-256 that differs between models, and between their forms.

    Args:
        path: Path of a model, as in `find_model`.
        form: Form of it that is run, if any.

    >>> model_digest("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    folder = find_model(path)
    run = RunFolder(folder)
    files = [run.config, run.detector]
    if form is not None or (folder / SAVED_MODEL).exists():
        # It has the digests of all other files.
        files = [folder / MANIFEST]
    digest = hashlib.sha256(b"" if form is None else form.file.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
