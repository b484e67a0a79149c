"""Trained detectors: loading, and file names of an exported version."""

import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_manifest import verify_run

if TYPE_CHECKING:
    from keras_asd.models import AnomalyDetector

# Files beside the SavedModel of an exported version: the detector for Keras,
# the contract on waveforms and machines, the metrics, the model card, and the
# usual spectra of its machines for reports.
DETECTOR = pathlib.Path("detector.keras")
EXTRA = pathlib.Path("assets.extra")
CONTRACT = EXTRA / "contract.json"
METRICS = EXTRA / "metrics.json"
MODEL_CARD = EXTRA / "model_card.md"
USUAL_SOUND = EXTRA / "usual_sound.npz"


def load_detector(
    run: RunFolder, trust: Sequence[str] = ()
) -> "AnomalyDetector":
    """Loads the trained detector of a run.

    Args:
        run: Folder of the run.
        trust: Packages whose classes may be imported, for a run that was
            trained with custom classes.

    Raises:
        FileNotFoundError: If the training of the run has not ended.
        ValueError: If its files are not those of its manifest, the run has
            classes of a package that is not trusted, or
            `runs.archives.keras_archive` refuses the detector.

    >>> load_detector(RunFolder(pathlib.Path("no_such_run")))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be a training run that has ended. ...
    """
    # The names of files are read without Keras.
    from pipelines.runs.archives.keras_archive import load_model

    if not run.manifest.exists():
        raise FileNotFoundError(
            "`run` must be a training run that has ended. Received: "
            f"{run.path}, which has no {run.manifest.name}. Start it again "
            "with the same command; it goes on where it stopped."
        )
    verify_run(run)
    foreign = [
        package
        for package in read_config(run).foreign_packages
        if package not in trust
    ]
    if foreign:
        raise ValueError(
            "A run with classes of your own is opened only where their "
            f"package is trusted. Received: run={run.path}, which has classes "
            f"of {', '.join(foreign)}; nothing of it was imported. If it is "
            f"yours, add `--trust {' '.join(foreign)}` (in Python "
            f"`trust={foreign}`)."
        )
    return load_model(run.detector, trust)
