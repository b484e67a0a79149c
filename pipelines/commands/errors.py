"""Error messages of commands, and the request to report a bug."""

import importlib.metadata
import importlib.util
import platform

from keras_asd import __version__
from pipelines.files.disk import FullDisk
from pipelines.files.disk import describe_full_disk
from pipelines.files.disk import is_full_disk
from pipelines.files.memory import FullMemory
from pipelines.files.memory import describe_full_memory
from pipelines.files.memory import is_full_memory
from pipelines.files.names import printable


def word_error(error: Exception) -> str:
    """Returns the line of an error of input or use.

    Errors of this package are worded already; those of the system say little.

    >>> word_error(ValueError("A rule. Received: x=1."))
    'A rule. Received: x=1.'
    >>> word_error(PermissionError(13, "Permission denied", "/clips"))
    'A file must be accessible. Received: /clips: Permission denied...'
    """
    return printable(_word(error))


def _word(error: Exception) -> str:
    if isinstance(error, FullDisk):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return (
            "This needs the whole package. Received: an installation for "
            f"scoring alone, without {error.name}. Do it where the package "
            "was installed with TensorFlow."
        )
    place = getattr(error, "filename", None) or "."
    if is_full_disk(error):
        return describe_full_disk(place)
    if isinstance(error, FullMemory):
        return str(error)
    if is_full_memory(error):
        return describe_full_memory(error)
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return (
        f"A file must be accessible. Received: {place}: "
        f"{error.strerror}. Check that it exists, and its permissions."
    )


def is_left_out(error: BaseException) -> bool:
    """Whether a package is missing that an installation for scoring lacks.

    >>> is_left_out(ModuleNotFoundError("No module named 'keras'"))
    False
    """
    is_small = importlib.util.find_spec("tensorflow") is None
    return is_small and isinstance(error, ModuleNotFoundError)


def ask_for_report() -> str:
    """Returns the line before the traceback of a programming error.

    >>> ask_for_report()
    'keras-asd: this is a bug: please report it with all that follows ...'
    """
    versions = [
        f"keras-asd {__version__}",
        f"Python {platform.python_version()}",
    ]
    for name in ("keras", "tensorflow"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {name}")
    return (
        "keras-asd: this is a bug: please report it with all that follows "
        f"({', '.join(versions)})"
    )
