"""Export: a SavedModel that takes waveforms and names of machines."""

import json
import os
import pathlib

import keras
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.artefacts import CONTRACT
from pipelines.artefacts import load_detector
from pipelines.embeddings import read_embeddings
from pipelines.run_folder import RunFolder
from pipelines.run_folder import read_config
from pipelines.scorers import fit_scorer
from pipelines.scorers import with_scorer


def export(
    run_path: str,
    target: str,
    scorer: str | None = None,
    space: str | None = None,
) -> pathlib.Path:
    """Exports the detector of a run as the next version of a SavedModel.

    The version `<target>/<number>/` holds the SavedModel, `detector.keras`
    and `assets.extra/contract.json`; it appears whole or not at all.

    Args:
        run_path: Folder of a finished training run.
        target: Folder of the served model, such as `saved_models/fan`.
        scorer: To fit on the run's normal clips in place of its own.
        space: Where this one measures; as the run's own if `None`.

    Returns:
        Folder of the new version.

    Raises:
        FileNotFoundError: If the run does not exist or has not ended.
        ValueError: If Keras does not run on TensorFlow here, or there is
            no such scorer.

    >>> export("no_such_run", "saved_models/fan")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "A SavedModel is exported on the TensorFlow backend. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}. The run's "
            "detector.keras loads on any backend: export again with "
            "KERAS_BACKEND=tensorflow."
        )
    run = RunFolder(pathlib.Path(run_path))
    config = read_config(run)
    detector = load_detector(run)
    if scorer is not None:
        config = with_scorer(config, scorer, space)
        normals = read_embeddings(run.embeddings)
        fitted = fit_scorer(config, normals, detector.groups)
        detector = detector.with_scorer(fitted)
    contract = {
        "machines": list(detector.keys),
        "sampling_rate": config.sampling_rate,
        "recording_channel": config.recording_channel,
        "samples": config.samples,
        "scorer": config.scorer,
        "space": config.space,
        "long_clips": config.long_clips,
        "short_clips": config.short_clips,
    }
    folder = pathlib.Path(target)
    version = folder / str(_next_version(folder))
    with atomic.replacing(version) as temporary:
        write_saved_model(detector, temporary)
        (temporary / CONTRACT).parent.mkdir(exist_ok=True)
        text = json.dumps(contract, indent=2)
        (temporary / CONTRACT).write_text(text + "\n", encoding="utf-8")
        detector.save(temporary / "detector.keras")
    return version


def write_saved_model(detector: AnomalyDetector, folder: pathlib.Path) -> None:
    """Writes a detector as a SavedModel with signature `serving_default`.

    Inputs `waveform`, float32 `(batch, samples)` of any length in [-1, 1] at
    the detector's sampling rate, and `machine`, strings `(batch,)`; outputs
    `anomaly_score` `(batch,)` and `embedding` `(batch, embedding_dim)`. The
    score of an unknown machine is NaN.

    Args:
        detector: An `AnomalyDetector`.
        folder: Is made.

    >>> import tempfile
    >>> from pipelines.assembly import make_detector
    >>> from pipelines.config import Config
    >>> from pipelines.labels import LabelMap
    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan": (0, 1)})
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> write_saved_model(make_detector(config, label_map), folder)
    >>> serve = tf.saved_model.load(folder).signatures["serving_default"]
    >>> sorted(serve.structured_outputs)
    ['anomaly_score', 'embedding']
    """
    machines = tf.constant([os.fsencode(key) for key in detector.keys])

    def serve(waveform, machine):
        matches = tf.equal(machine[:, None], machines)
        is_known = tf.reduce_any(matches, axis=-1)
        key = tf.where(is_known, tf.argmax(matches, axis=-1), -1)
        outputs = detector({"waveform": waveform, "key": key})
        return {
            "anomaly_score": outputs["anomaly_score"],
            "embedding": outputs["embedding"],
        }

    archive = keras.export.ExportArchive()
    archive.track(detector)
    archive.add_endpoint(
        name="serving_default",
        fn=serve,
        input_signature=[
            tf.TensorSpec([None, None], tf.float32, name="waveform"),
            tf.TensorSpec([None], tf.string, name="machine"),
        ],
    )
    archive.write_out(folder, verbose=False)


def _next_version(folder: pathlib.Path) -> int:
    if not folder.is_dir():
        return 1
    names = [path.name for path in folder.iterdir() if path.is_dir()]
    return max([int(name) for name in names if name.isdecimal()], default=0) + 1
