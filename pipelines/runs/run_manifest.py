"""Manifest of a run that has ended: its files with their SHA-256.

It is no signature: who can write the files can write the manifest.
"""

import json
import pathlib
from collections.abc import Mapping

from keras_asd import __version__
from pipelines import atomic
from pipelines.runs.digests import FILES
from pipelines.runs.digests import describe_file
from pipelines.runs.digests import is_unchanged
from pipelines.runs.digests import read_listing
from pipelines.runs.digests import show_names
from pipelines.runs.run_folder import RunFolder

COMING = "coming"


def write_run_manifest(
    run: RunFolder, coming: Mapping[pathlib.Path, pathlib.Path] | None = None
) -> None:
    """Writes the manifest, with which a training has ended.

    Args:
        run: Folder of the run, with all its files.
        coming: Files that are about to be replaced, with the temporary paths
            of the new ones. A run that is killed while they are is whole with
            the old ones and with the new.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> for path in run.kept_files:
    ...     size = path.write_text("whole")
    >>> write_run_manifest(run)
    >>> verify_run(run)
    >>> size = run.labels.write_text("garbage")
    >>> verify_run(run)
    Traceback (most recent call last):
    ValueError: A run must hold what its manifest says. Received: ...
    """
    content = {
        "keras_asd": __version__,
        FILES: {path.name: describe_file(path) for path in run.kept_files},
        COMING: {
            path.name: describe_file(new)
            for path, new in (coming or {}).items()
        },
    }
    atomic.write_text(run.manifest, json.dumps(content, indent=2) + "\n")


def verify_run(run: RunFolder) -> None:
    """Compares the files of a run with its manifest.

    Files that a run may have beside, such as reports, are not looked at.

    Raises:
        ValueError: If the manifest cannot be read, or a file is changed or
            missing.

    >>> verify_run(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    ValueError: A run must hold what its manifest says. Received: ...
    """
    try:
        manifest = read_listing(run.manifest)
    except FileNotFoundError:
        raise _refusal(run, f"no {run.manifest.name}") from None
    except ValueError as error:
        raise _refusal(run, f"{run.manifest.name} {error}") from None
    coming = manifest.get(COMING)
    listings = [manifest[FILES], coming if isinstance(coming, dict) else {}]
    missing = [path.name for path in run.kept_files if not path.is_file()]
    changed = [
        path.name
        for path in run.kept_files
        if path.name not in missing
        and not any(is_unchanged(path, one.get(path.name)) for one in listings)
    ]
    faults = {"missing": missing, "changed": changed}
    shown = [
        f"{fault}: {show_names(names)}"
        for fault, names in faults.items()
        if names
    ]
    if shown:
        raise _refusal(run, "; ".join(shown))


def _refusal(run: RunFolder, fault: str) -> ValueError:
    return ValueError(
        f"A run must hold what its manifest says. Received: {run.path}, "
        f"{fault}. Bring the files back from a copy; or remove "
        f"{run.manifest.name} and start the training again with the same "
        "command, which goes on from its last checkpoint."
    )
