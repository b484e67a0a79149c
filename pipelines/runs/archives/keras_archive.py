"""`.keras` files: saved whole, and loaded after a check of their origin.

The checks come before Keras reads anything. They are no sandbox: a model is
still a program for Keras, so load models only from those you trust.
"""

import collections
import errno
import math
import os
import pathlib
import stat
import struct
import zipfile
from collections.abc import Sequence

import keras

from pipelines import atomic
from pipelines.runs.archives.class_check import find_class_fault
from pipelines.runs.archives.weight_check import find_weights_fault
from pipelines.runs.run_files import reading

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"
MEMBERS = (METADATA, CONFIG, WEIGHTS)
MAX_MEMBERS = 100
MAX_TEXT_BYTES = 2**24
# Keras keeps all of it in memory.
MAX_BYTES = 2**33
IS_ENCRYPTED = 1
BYTES_PER_NUMBER = 4


def load_model(
    path: str | os.PathLike[str], trust: Sequence[str] = ()
) -> keras.Model:
    """Loads a `.keras` file after `check_keras_archive`, in safe mode.

    Args:
        path: The file.
        trust: Packages whose classes may be imported beside our own.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is refused.

    >>> load_model("no_such.keras")
    Traceback (most recent call last):
    FileNotFoundError: `path` must be a `.keras` file. ...
    """
    check_keras_archive(path, trust)
    with reading(pathlib.Path(path), "A `.keras` file"):
        return keras.saving.load_model(path, safe_mode=True)


def save_model(path: str | os.PathLike[str], model: keras.Model) -> None:
    """Writes a model as a `.keras` file, whole or not at all.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.keras")
    >>> layers = [keras.Input((2,)), keras.layers.Dense(1)]
    >>> save_model(path, keras.Sequential(layers))
    >>> path.exists()
    True
    """
    optimizer = getattr(model, "optimizer", None)
    variables = [*model.variables, *getattr(optimizer, "variables", ())]
    num_bytes = sum(
        math.prod(one.shape) * BYTES_PER_NUMBER for one in variables
    )
    with atomic.replacing(path, num_bytes) as temporary:
        model.save(temporary)


def check_keras_archive(
    path: str | os.PathLike[str], trust: Sequence[str] = ()
) -> None:
    """Refuses a `.keras` file that Keras would not write for this package.

    It must be a zip of `config.json`, `metadata.json` and
    `model.weights.h5`, not compressed, with no class but those of Keras and
    `keras_asd`, no `Lambda` or the like, and plain arrays as weights.

    Args:
        path: The file.
        trust: Packages whose classes may be imported beside our own.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is anything else.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.keras")
    >>> with zipfile.ZipFile(path, "w") as archive:
    ...     archive.writestr("../config.json", "{}")
    >>> check_keras_archive(path)
    Traceback (most recent call last):
    ValueError: `path` must be a `.keras` file ... leads out of the archive...
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise FileNotFoundError(
            f"`path` must be a `.keras` file. Received: {path}, which is not "
            "there. Was it moved, or its writing not finished?"
        )
    try:
        fault = _find_fault(path, trust)
    except (
        EOFError,
        NotImplementedError,
        OverflowError,
        RuntimeError,
        ValueError,
        struct.error,
        zipfile.BadZipFile,
    ):
        fault = "a damaged zip archive"
    except OSError as error:
        # A place that the archive names and no file can have.
        if error.errno != errno.EINVAL:
            raise
        fault = "a damaged zip archive"
    if fault:
        raise ValueError(
            "`path` must be a `.keras` file as Keras writes it for this "
            f"package. Received: {path}, with {fault}. Do not load it; take "
            "it from its source again."
        )


def _find_fault(path: pathlib.Path, trust: Sequence[str]) -> str | None:
    # Keras takes other suffixes for other formats, with fewer checks.
    if path.suffix != ".keras":
        return f"the suffix {path.suffix!r}"
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return "bytes that are no zip archive"
        num_bytes = os.fstat(file.fileno()).st_size
        with zipfile.ZipFile(file) as archive:
            if fault := _find_member_fault(archive.infolist(), num_bytes):
                return fault
            if archive.testzip():
                return "a member whose checksum is wrong"
            if fault := find_class_fault(archive.read(CONFIG), trust):
                return fault
            size = archive.getinfo(WEIGHTS).file_size
            with archive.open(WEIGHTS) as weights:
                return find_weights_fault(weights, size)


def _find_member_fault(
    members: list[zipfile.ZipInfo], num_bytes: int
) -> str | None:
    if len(members) > MAX_MEMBERS:
        return f"{len(members)} members"
    counts = collections.Counter(member.filename for member in members)
    for member in members:
        name = member.filename
        if counts[name] > 1:
            return f"the member {name!a} twice"
        if _leads_out(member.orig_filename):
            return f"a member that leads out of the archive, {name!a}"
        if stat.S_ISLNK(member.external_attr >> 16):
            return f"a symbolic link as member, {name!a}"
        if name not in MEMBERS:
            return f"a member that does not belong there, {name!a}"
        if member.flag_bits & IS_ENCRYPTED:
            return f"an encrypted member, {name!a}"
        # What is not compressed is as large as it says.
        if (
            member.compress_type != zipfile.ZIP_STORED
            or member.file_size != member.compress_size
        ):
            return f"a compressed member, {name!a}"
        if name != WEIGHTS and member.file_size > MAX_TEXT_BYTES:
            return f"{member.file_size} bytes of {name}"
    total = sum(member.file_size for member in members)
    if total > min(num_bytes, MAX_BYTES):
        return f"members of {total} bytes in a file of {num_bytes}"
    missing = [name for name in MEMBERS if name not in counts]
    return f"no member {missing[0]}" if missing else None


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in name or "\0" in name
