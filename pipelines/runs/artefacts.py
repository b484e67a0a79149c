"""Trained detectors as files."""

import pathlib

from keras_asd.models import AnomalyDetector
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.run_folder import RunFolder

# In the folder of an exported version, beside the SavedModel: the same for
# Keras, what it expects of waveforms and machines, and what tells of it.
DETECTOR = pathlib.Path("detector.keras")
EXTRA = pathlib.Path("assets.extra")
CONTRACT = EXTRA / "contract.json"
METRICS = EXTRA / "metrics.json"
MODEL_CARD = EXTRA / "model_card.md"


def load_detector(run: RunFolder) -> AnomalyDetector:
    """The trained detector of a run.

    Raises:
        FileNotFoundError: If its training has not ended.
        ValueError: If `runs.archives.keras_archive` refuses its detector.

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
    return load_model(run.detector)
