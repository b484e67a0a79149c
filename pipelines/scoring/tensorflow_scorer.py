"""Runs and SavedModels as clip scorers, by Keras and TensorFlow."""

import json
import os
import pathlib
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from keras_asd.problems import PROBLEMS
from pipelines.exporting.manifest import verify_manifest
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.request_size import MAX_REQUEST_SECONDS
from pipelines.runs.artefacts import CONTRACT
from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_files import reading
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.scoring_settings import OUTPUTS
from pipelines.scoring.scoring_settings import check_threads


def load_run(folder: pathlib.Path, trust: Sequence[str] = ()) -> ClipScorer:
    """Loads the detector of a run.

    Args:
        folder: Folder of the run.
        trust: Packages of classes of your own, where the run has any.

    Raises:
        FileNotFoundError: If there is no run that has ended.

    >>> load_run(pathlib.Path("no_such_run"))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = RunFolder(folder)
    config = read_config(run)
    return scorer_of(load_detector(run, trust), config.recording_channel)


def scorer_of(
    detector: AnomalyDetector, recording_channel: int | str = "mean"
) -> ClipScorer:
    """Returns a detector as a `ClipScorer`.

    Args:
        detector: Detector that knows its sampling rate.
        recording_channel: Channel of recordings, `"mean"` or an index.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import Embedder
    >>> detector = AnomalyDetector(
    ...     Embedder(samples=16_000, width=0.25), ClassCosine(2), None,
    ...     keys={"fan": [0]})
    >>> scorer_of(detector).machines
    ('fan',)
    """
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
        detector.sampling_rate,
        recording_channel,
        detector.samples,
        score,
    )


def load_saved_model(folder: pathlib.Path) -> ClipScorer:
    """Loads the SavedModel of an exported version.

    Args:
        folder: Folder of the version.

    Raises:
        FileNotFoundError: If its contract is missing.
        ValueError: If the version was changed, or was exported by an earlier
            version of this package.

    >>> load_saved_model(pathlib.Path("no_such_model/1"))
    Traceback (most recent call last):
    FileNotFoundError: The exported model must have its contract ...
    """
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
