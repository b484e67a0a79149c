"""Clip scorer: a run or an exported model, ready to score waveforms."""

import dataclasses
import json
import os
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_asd.problems import PROBLEMS
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.request_size import MAX_REQUEST_SECONDS
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.scoring.model_folder import SAVED_MODEL
from pipelines.scoring.model_folder import find_model
from pipelines.scoring.model_folder import model_digest
from pipelines.scoring.scoring_settings import OUTPUTS
from pipelines.scoring.scoring_settings import check_threads

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
    """Opens a run, or the newest version of an exported model.

    Args:
        path: Path of a model, as in `find_model`.
        num_threads: Number of threads of TensorFlow; one a core if `None`.
        trust: Packages of classes of your own, where a run has any.

    Returns:
        Scorer, and a digest that differs between models.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If the number of threads is out of range, or the model was
            changed.

    >>> open_model("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if num_threads is not None:
        limit_threads(num_threads)
    folder = str(find_model(path))
    return load_scorer(folder, trust), model_digest(folder)


def load_scorer(path: str, trust: Sequence[str] = ()) -> ClipScorer:
    """Loads a run's detector, or the SavedModel of an exported version.

    Args:
        path: Path of a model, as in `find_model`.
        trust: Packages of classes of your own, where a run has any.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If an exported version was changed, or was exported by an
            earlier version of this package.

    >>> load_scorer("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    folder = find_model(path)
    if (folder / SAVED_MODEL).exists():
        return _load_saved_model(folder)
    run = RunFolder(folder)
    config = read_config(run)
    detector = load_detector(run, trust)
    indices = {key: index for index, key in enumerate(detector.keys)}

    def score(waveforms, machines, false_alarm_rate):
        keys = [indices[machine] for machine in machines]
        inputs = {"waveform": waveforms, "key": np.array(keys, "int32")}
        if false_alarm_rate is not None:
            rates = np.full(len(keys), false_alarm_rate, "float32")
            inputs["false_alarm_rate"] = rates
        outputs = detector.predict_on_batch(inputs)
        problems = [PROBLEMS[index] for index in outputs["problem"]]
        return {**outputs, "problem": np.array(problems)}

    return ClipScorer(
        tuple(indices),
        config.sampling_rate,
        config.recording_channel,
        config.samples,
        score,
    )


def _load_saved_model(folder: pathlib.Path) -> ClipScorer:
    if not (folder / CONTRACT).exists():
        raise FileNotFoundError(
            "The exported model must have its contract beside it. Received: "
            f"{folder}, without {CONTRACT}. Export it again."
        )
    verify_manifest(folder)
    with reading(folder, "An exported model", "Export it again."):
        contract = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
        loaded = tf.saved_model.load(folder)
    for name in ("serving_default", "decide"):
        given = getattr(loaded.signatures.get(name), "structured_outputs", {})
        if missing := sorted(set(OUTPUTS) - set(given)):
            raise ValueError(
                f"The exported model must give {', '.join(OUTPUTS)}. Received: "
                f"{folder}, whose signature {name} gives no "
                f"{', '.join(missing)}. Export it again."
            )

    def score(waveforms, machines, false_alarm_rate):
        longest = MAX_REQUEST_SECONDS * contract["sampling_rate"]
        most = max(1, min(MAX_CLIPS, longest // waveforms.shape[1]))
        parts = [
            score_part(
                waveforms[start : start + most],
                machines[start : start + most],
                false_alarm_rate,
            )
            for start in range(0, len(waveforms), most)
        ]
        return {
            name: np.concatenate([part[name] for part in parts])
            for name in parts[0]
        }

    def score_part(waveforms, machines, false_alarm_rate):
        # Fetched in each call: a signature lives no longer than its model.
        serve = loaded.signatures["serving_default"]
        inputs = {
            "waveform": tf.constant(waveforms),
            "machine": tf.constant([os.fsencode(key) for key in machines]),
        }
        if false_alarm_rate is not None:
            serve = loaded.signatures["decide"]
            inputs["false_alarm_rate"] = tf.fill(
                [len(machines)], tf.constant(false_alarm_rate, tf.float32)
            )
        outputs = {
            key: tensor.numpy() for key, tensor in serve(**inputs).items()
        }
        problems = [os.fsdecode(problem) for problem in outputs["problem"]]
        return {**outputs, "problem": np.array(problems)}

    return ClipScorer(
        tuple(contract["machines"]),
        contract["sampling_rate"],
        contract["recording_channel"],
        contract["samples"],
        score,
    )


def limit_threads(num_threads: int) -> None:
    """Limits the threads of TensorFlow, before its first computation.

    Raises:
        ValueError: If TensorFlow has computed already, or the number is out
            of range.

    >>> limit_threads(100_000)
    Traceback (most recent call last):
    ValueError: `threads` must be at least 1 and at most ...
    """
    check_threads(num_threads)
    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(num_threads)
        threading.set_inter_op_parallelism_threads(num_threads)
    except RuntimeError as error:
        raise ValueError(
            "The number of threads must be set before TensorFlow computes. "
            f"Received: num_threads={num_threads}. Use a process of its own."
        ) from error
