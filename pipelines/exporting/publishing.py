"""Publishing: versions of a served model, whole or not at all."""

import os
import pathlib
import shutil
from collections.abc import Callable

from pipelines import atomic
from pipelines.files.disk import explaining_full_disk

PARTIAL = ".partial"
LOCK = ".lock"


def publish(
    folder: pathlib.Path, write: Callable[[pathlib.Path], None]
) -> pathlib.Path:
    """Writes the next version of a served model.

    It is written in a hidden folder beside the versions, which servers pass
    over, flushed to the disk and renamed to the next integer. A writer that
    is killed leaves nothing that a server would load; the next writer removes
    the rest. Writers wait for each other.

    Args:
        folder: Folder of the model; its versions are folders named by
            integers.
        write: Function that fills the folder it is given; what it raises ends
            the publication with no trace but the hidden lock.

    Returns:
        Folder of the new version.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "fan")
    >>> def write(version):
    ...     (version / "saved_model.pb").touch()
    >>> publish(folder, write).name, publish(folder, write).name
    ('1', '2')
    """
    partial = folder / PARTIAL
    with (
        explaining_full_disk(folder),
        atomic.FolderLock(folder / LOCK, waits=True),
    ):
        shutil.rmtree(partial, ignore_errors=True)
        try:
            partial.mkdir()
            write(partial)
            atomic.flush_all(partial)
            version = folder / str(max(versions(folder), default=0) + 1)
            os.rename(partial, version)
            atomic.flush(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return version


def versions(folder: pathlib.Path) -> list[int]:
    """Returns the versions of a served model, in order.

    >>> versions(pathlib.Path("no_such_model"))
    []
    """
    if not folder.is_dir():
        return []
    return sorted(
        int(path.name)
        for path in folder.iterdir()
        if path.name.isdecimal() and path.is_dir()
    )
