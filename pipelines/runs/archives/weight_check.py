"""Check of the weights of a `.keras` file.

HDF5 can name other files to read from, and promise shapes that fill any
memory. Keras writes neither: its weights are plain arrays in the file.
"""

import math
from collections.abc import Iterator
from typing import IO

import h5py

MAX_DEPTH = 64
MAX_OBJECTS = 100_000
# Signed, unsigned, floating, boolean, complex, and bfloat16's plain bytes.
NUMBERS = "iufbcV"


def find_weights_fault(file: IO[bytes], num_bytes: int) -> str | None:
    """Returns why the weights of a `.keras` file are refused.

    Args:
        file: File `model.weights.h5`, open and seekable.
        num_bytes: Size of the file; no array may be larger.

    Returns:
        Reason to refuse it, or `None`.

    >>> import io
    >>> content = io.BytesIO()
    >>> with h5py.File(content, "w") as store:
    ...     store["bomb"] = h5py.SoftLink("/elsewhere")
    >>> find_weights_fault(content, len(content.getvalue()))
    'a link among its weights'
    >>> find_weights_fault(io.BytesIO(b"HDF"), 3)
    'weights that are no HDF5 file'
    """
    try:
        with h5py.File(file, "r") as store:
            promised = 0
            for array in _find_arrays(store):
                promised += _count_bytes(array)
                if promised > num_bytes:
                    return "weights larger than the file that holds them"
    except _Fault as fault:
        return str(fault)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError):
        return "weights that are no HDF5 file"
    return None


class _Fault(Exception):
    """What no file of Keras has."""


def _find_arrays(store: h5py.File) -> Iterator[h5py.Dataset]:
    groups = [(store, 0)]
    num_objects = 0
    while groups:
        group, depth = groups.pop()
        if depth > MAX_DEPTH:
            raise _Fault("weights in groups too deep, or in a circle")
        for name in group:
            num_objects += 1
            if num_objects > MAX_OBJECTS:
                raise _Fault(f"more than {MAX_OBJECTS} groups and arrays")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise _Fault("a link among its weights")
            found = group[name]
            if isinstance(found, h5py.Group):
                groups.append((found, depth + 1))
            elif isinstance(found, h5py.Dataset):
                yield found
            else:
                raise _Fault("something else than numbers among its weights")


def _count_bytes(array: h5py.Dataset) -> int:
    if array.dtype.kind not in NUMBERS or array.shape is None:
        raise _Fault("something else than numbers among its weights")
    if array.external or array.is_virtual:
        raise _Fault("weights that are read from other files")
    if array.id.get_create_plist().get_nfilters():
        raise _Fault("compressed weights")
    num_bytes = math.prod(array.shape) * array.dtype.itemsize
    if array.id.get_storage_size() < num_bytes:
        raise _Fault("weights that are promised and not there")
    return num_bytes
