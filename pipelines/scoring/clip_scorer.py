"""Clip scorer: a run or an exported model, ready to score waveforms."""

import dataclasses
import importlib.util
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from pipelines.exporting.export_form import ExportForm
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.scoring.model_folder import SAVED_MODEL
from pipelines.scoring.model_folder import find_model
from pipelines.scoring.model_folder import model_digest
from pipelines.scoring.model_folder import named_form
from pipelines.scoring.model_folder import usable_form

# From waveforms `(batch, n)`, the machine of each and the requested false-alarm
# rate, or `None` for the model's own, to arrays of `OUTPUTS`.
ScoreFunction = Callable[
    [np.ndarray, list[str], float | None], dict[str, np.ndarray]
]


@dataclasses.dataclass(frozen=True)
class ClipScorer:
    """A model that scores waveforms, and what it expects of them.

    Args:
        machines: Keys that it knows.
        sampling_rate: Sampling rate in Hz.
        recording_channel: `"mean"` or the index of a channel.
        samples: Number of samples of a window of the model.
        score: Function of waveforms `(batch, n)`, float32, the key of each
            and the requested false-alarm rate (the model's own if `None`),
            which returns `anomaly_score`, `p_value`, `decision`, `valid` and
            `problem`, arrays of `(batch,)`.

    >>> ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {}).machines
    ('fan',)
    """

    machines: tuple[str, ...]
    sampling_rate: int
    recording_channel: int | str
    samples: int
    score: ScoreFunction


def open_model(
    path: str, num_threads: int | None = None, trust: Sequence[str] = ()
) -> tuple[ClipScorer, str]:
    """Opens a run, or an exported model.

    Args:
        path: Path of a model, as in `load_scorer`.
        num_threads: Number of threads of what runs it; one a core if `None`.
        trust: Packages of classes of your own, where a run has any.

    Returns:
        Scorer, and a digest that differs between models and between forms.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If the number of threads is out of range, or the model was
            changed.

    >>> open_model("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    folder, form = _choose(path)
    scorer = _load(folder, form, num_threads, trust)
    return scorer, model_digest(str(folder), form)


def read_digest(path: str) -> str:
    """Returns the digest of `open_model` without loading the model.

    Args:
        path: Path of a model, as in `load_scorer`.

    Raises:
        FileNotFoundError: If there is no model.

    >>> read_digest("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    folder, form = _choose(path)
    if form is None and not (folder / SAVED_MODEL).exists():
        read_config(RunFolder(folder))  # Whether it is a run at all.
    return model_digest(str(folder), form)


def load_scorer(path: str, trust: Sequence[str] = ()) -> ClipScorer:
    """Loads a run's detector, or an exported version.

    A version is scored by its SavedModel; where TensorFlow is not installed,
    by the first of `FORMS` that is there and can be run.

    Args:
        path: Path of a model, as in `find_model`. The file of a form, such as
            `saved_models/fan/1/model.onnx`, is scored by that form.
        trust: Packages of classes of your own, where a run has any.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If an exported version was changed, was exported by an
            earlier version of this package, or has no form that this
            environment can run.

    >>> load_scorer("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    return _load(*_choose(path), None, trust)


def _choose(path: str) -> tuple[pathlib.Path, ExportForm | None]:
    """The folder of a model and its form; `None` for what TensorFlow runs."""
    folder, form = find_model(path), named_form(path)
    if form is None and importlib.util.find_spec("tensorflow") is None:
        form = usable_form(folder)
        if form is None:
            if not (folder / SAVED_MODEL).exists():
                read_config(RunFolder(folder))  # Whether it is a run at all.
            raise ValueError(
                "Without TensorFlow a model is scored by an exported form. "
                f"Received: {folder}, which has none that can be run here. "
                "Export it, where TensorFlow is, with `keras-asd export RUN "
                "--to DIR --also onnx`, and score that."
            )
    return folder, form


def _load(
    folder: pathlib.Path,
    form: ExportForm | None,
    num_threads: int | None,
    trust: Sequence[str],
) -> ClipScorer:
    # Each is imported where it is needed: a form is run without TensorFlow.
    if form is not None:
        from pipelines.scoring.form_scorer import load_form

        return load_form(folder, form, num_threads)
    from pipelines.scoring import tensorflow_scorer

    if num_threads is not None:
        tensorflow_scorer.limit_threads(num_threads)
    if (folder / SAVED_MODEL).exists():
        return tensorflow_scorer.load_saved_model(folder)
    return tensorflow_scorer.load_run(folder, trust)
