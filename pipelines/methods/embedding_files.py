"""NPZ files of embeddings."""

import pathlib
import zipfile
from collections.abc import Mapping

import numpy as np

from pipelines import atomic
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.run_files import reading

# Kind of number and number of axes of each array, and what none may lack.
_ARRAYS = {
    "vectors": ("f", 2),
    "keys": ("U", 1),
    "is_target": ("b", 1),
    "clips": ("iu", 1),
    "measures": ("f", 2),
    "statistics": ("f", 2),
    "firsts": ("iu", 1),
    "sessions": ("U", 1),
    "is_enrolled": ("b", 1),
}
_NEEDED = ("vectors", "keys", "is_target", "clips")


def write_embeddings(path: pathlib.Path, embeddings: Embeddings) -> None:
    """Writes embeddings to an NPZ file atomically.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "embeddings.npz")
    >>> one = np.array([0])
    >>> made = Embeddings(np.ones((1, 2)), np.array(["fan/a"]), one > 0, one)
    >>> write_embeddings(path, made)
    >>> read_embeddings(path).keys.tolist()
    ['fan/a']
    """
    arrays = embeddings.arrays()
    num_bytes = sum(array.nbytes for array in arrays.values())
    with atomic.replacing(path, num_bytes) as temporary:
        write_npz(temporary, arrays)


def write_npz(path: pathlib.Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes arrays as `numpy.savez` does, and ends at once on a full disk.

    NumPy leaves an archive that it could not write open, which then fails once
    more, with a traceback, whenever it is forgotten.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "a.npz")
    >>> write_npz(path, {"embedding": np.ones((2, 3))})
    >>> np.load(path)["embedding"].shape
    (2, 3)
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def read_embeddings(path: pathlib.Path) -> Embeddings:
    """Reads a file written by `write_embeddings`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged.

    >>> read_embeddings(pathlib.Path("no_such_run/embeddings.npz"))
    Traceback (most recent call last):
    FileNotFoundError: The run must hold the embeddings of its normal clips...
    """
    if not path.exists():
        raise FileNotFoundError(
            "The run must hold the embeddings of its normal clips. Received: "
            f"no {path}. Train again, with this version of keras_asd."
        )
    with reading(path, "The embeddings of a run"):
        # NumPy leaves a file open that it opened itself and cannot read.
        with path.open("rb") as file:
            with np.load(file, allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        _check_arrays(found)
        return Embeddings(**found)


def _check_arrays(arrays: dict[str, np.ndarray]) -> None:
    """Refuses arrays that are no embeddings."""
    if missing := [name for name in _NEEDED if name not in arrays]:
        raise ValueError(f"no {', '.join(missing)}")
    for name, array in arrays.items():
        kinds, num_axes = _ARRAYS[name]
        is_right = array.dtype.kind in kinds and array.ndim == num_axes
        if not is_right or len(array) != len(arrays["vectors"]):
            raise ValueError(f"{name} of {array.dtype} and {array.shape}")
