"""Registry of the forms that can be exported beside the SavedModel."""

import importlib
from collections.abc import Iterable

from pipelines.exporting.export_form import ExportForm

# `pipelines.exporting.<name>_form.FORM` is the `ExportForm` of each.
FORMS = ("onnx", "litert", "litert_int8")


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
    ValueError: `also` must name some of onnx, litert, litert_int8. ...
    """
    forms = []
    for name in names:
        if name not in FORMS:
            raise ValueError(
                f"`also` must name some of {', '.join(FORMS)}. Received: "
                f"{name!r}."
            )
        # Imported here: the command line lists the names without TensorFlow.
        module = importlib.import_module(f"pipelines.exporting.{name}_form")
        module.FORM.check_packages()
        forms.append(module.FORM)
    return forms
