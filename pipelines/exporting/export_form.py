"""Export form: a file format of a detector, as one record.

A form is a module `pipelines/exporting/<name>_form.py` with an `ExportForm` as
its `FORM`, and its name in `FORMS`.
"""

import dataclasses
import importlib
import math
import pathlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

# Forms that can be exported beside the SavedModel.
FORMS = ("onnx", "openvino", "openvino_int8", "litert", "litert_int8")

# From waveforms `(batch, n)` and keys `(batch,)` to the outputs, by name.
Runner = Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]]

# Largest score difference from the detector, as a share of max(1, |score|).
LIMIT = 1e-2


@dataclasses.dataclass(frozen=True)
class ExportForm:
    """A form in which a detector is exported.

    Args:
        name: Name on the command line and in the manifest.
        file: Path of what is written, from the folder of the version.
        write: Function of a folded detector and the path; with
            `needs_ranges` also of some tens of normal waveforms.
        open: Function from the path, and the number of threads (one a core
            if `None`), to a `Runner`.
        limit: Largest score difference from the detector, as a share of
            max(1, |score|); infinite for a form that rounds on purpose, which
            must have scores and nothing more.
        runtime: Package that runs it.
        beside: Paths of what is written beside it.
        needs_ranges: Whether it takes number ranges from normal clips.
        check_packages: Raises a `ValueError` where what writes or opens the
            form is not installed.

    >>> form = ExportForm("text", "model.txt", None, None)
    >>> form.is_rounded
    False
    """

    name: str
    file: str
    write: Callable[..., None]
    open: Callable[..., Runner]
    limit: float = LIMIT
    runtime: str = "tensorflow"
    beside: tuple[str, ...] = ()
    needs_ranges: bool = False
    check_packages: Callable[[], Any] = lambda: None

    @property
    def is_rounded(self) -> bool:
        """Whether it computes in fewer digits than float32 on purpose."""
        return math.isinf(self.limit)

    def write_and_open(
        self,
        folder: pathlib.Path,
        detector: Any,
        clips: Sequence[np.ndarray] = (),
    ) -> Runner:
        """Writes a folded detector into the folder of a version, and opens it.

        Args:
            folder: Folder of the version.
            detector: `AnomalyDetector` with its normalisations folded.
            clips: Normal waveforms `(n,)`, for a form that needs ranges.
        """
        ranges = [clips] if self.needs_ranges else []
        self.write(detector, folder / self.file, *ranges)
        return self.open(folder / self.file)


def load_forms(names: Iterable[str]) -> list[ExportForm]:
    """Returns the `ExportForm` of each name.

    Args:
        names: Names of `FORMS`.

    Raises:
        ValueError: If there is no such form, or what writes or opens it is
            not installed.

    >>> [form.file for form in load_forms(["litert"])]
    ['model.tflite']
    >>> load_forms(["torch"])
    Traceback (most recent call last):
    ValueError: `also` must name some of onnx, openvino, openvino_int8, ...
    """
    forms = []
    for name in names:
        if name not in FORMS:
            raise ValueError(
                f"`also` must name some of {', '.join(FORMS)}. Received: "
                f"{name!r}."
            )
        form = read_form(name)
        form.check_packages()
        forms.append(form)
    return forms


def read_form(name: str) -> ExportForm:
    """Returns the `ExportForm` of a name, whether or not it can be written.

    Args:
        name: One of `FORMS`.

    >>> read_form("onnx").runtime
    'onnxruntime'
    """
    # Imported here: the command line lists the names alone.
    return importlib.import_module(f"pipelines.exporting.{name}_form").FORM
