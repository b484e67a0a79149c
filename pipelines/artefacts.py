"""Trained detectors as files."""

import pathlib

import keras

from keras_asd.models import AnomalyDetector
from pipelines.run_folder import RunFolder

# Beside a SavedModel: what it expects of waveforms and machines.
CONTRACT = pathlib.Path("assets.extra") / "contract.json"


def load_detector(run: RunFolder) -> AnomalyDetector:
    """The trained detector of a run.

    Raises:
        FileNotFoundError: If its training has not ended.

    >>> load_detector(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be a training run that has ended. ...
    """
    if not run.detector.exists():
        raise FileNotFoundError(
            "`run` must be a training run that has ended. Received: "
            f"{run.path}, which has no {run.detector.name}. Start it again "
            "with the same command; it goes on where it stopped."
        )
    return keras.saving.load_model(run.detector)
