"""Export of a detector that was built by hand, without a run."""

import pathlib
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.exporting.contract import make_bare_contract
from pipelines.exporting.export_form import load_forms
from pipelines.exporting.publishing import publish
from pipelines.exporting.saved_model import saved_model_form
from pipelines.exporting.version_writing import SAVED_MODEL_SHARE
from pipelines.exporting.version_writing import check_backend
from pipelines.exporting.version_writing import write_version
from pipelines.files.disk import check_space


def export_model(
    detector: AnomalyDetector,
    target: str,
    also: Sequence[str] = (),
    recording_channel: int | str = "mean",
    clips: Sequence[tuple[np.ndarray, str]] = (),
) -> pathlib.Path:
    """Exports a detector as the next version of a served model.

    The version has the signatures, contract and manifest of a run's export,
    see `pipelines.programs.export.export`, and appears whole or not at all.

    Args:
        detector: Detector on the TensorFlow backend, with its sampling rate.
        target: Folder of the served model, such as `saved_models/fan`.
        also: Names of `FORMS` to write beside the SavedModel.
        recording_channel: Channel of recordings, `"mean"` or an index.
        clips: Waveforms `(n,)` of normal clips at the detector's sampling
            rate, and the machine of each: every form is tried on some. Forms
            that need number ranges take them from these.

    Returns:
        Folder of the new version.

    Raises:
        ValueError: If the detector does not know its sampling rate, Keras
            does not run on TensorFlow here, there is no such form, or a form
            does not score like the detector.

    >>> export_model("runs/first", "saved_models/fan")
    Traceback (most recent call last):
    ValueError: `detector` must be an `AnomalyDetector`. Received: ...
    """
    if not isinstance(detector, AnomalyDetector):
        raise ValueError(
            "`detector` must be an `AnomalyDetector`. Received: "
            f"detector={detector!r}. Export a run with "
            "`pipelines.programs.export.export`."
        )
    if detector.sampling_rate is None:
        raise ValueError(
            "`detector` must know its sampling rate. Received: "
            f"sampling_rate=None, embedder={detector.embedder.name}. "
            "Make it with `AnomalyDetector(..., sampling_rate=16_000)`."
        )
    check_backend()
    forms = load_forms(also)
    if not clips and (needy := [one.name for one in forms if one.needs_ranges]):
        raise ValueError(
            f"{', '.join(needy)} takes its ranges from normal clips. Received: "
            "clips=(). Give some, as pairs of waveform and machine."
        )
    num_bytes = np.dtype("float32").itemsize * detector.count_params()
    check_space(
        target,
        (SAVED_MODEL_SHARE + len(forms)) * num_bytes,
        "the new version",
        "Make room, or take another disk.",
    )
    contract = make_bare_contract(detector, recording_channel)
    name = pathlib.Path(target).name

    def write(version: pathlib.Path) -> None:
        all_forms = [saved_model_form(contract), *forms]
        write_version(version, name, detector, contract, all_forms, clips)

    return publish(pathlib.Path(target), write)
