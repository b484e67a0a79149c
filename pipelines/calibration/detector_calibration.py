"""Calibration of a detector by the scores and levels of normal clips."""

from collections.abc import Collection
from collections.abc import Sequence

import numpy as np

from keras_asd.layers import RecordingCheck
from keras_asd.models import AnomalyDetector
from keras_asd.scorers import Calibration
from pipelines.calibration.calibration_fitting import fit_calibration
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.calibration.promises import find_unseen
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.clip_list import ListedClip
from pipelines.settings.config import Config


def calibrated(
    detector: AnomalyDetector,
    normals: Embeddings,
    config: Config,
    listed: Sequence[ListedClip],
) -> tuple[AnomalyDetector, dict[str, NormalScores]]:
    """Returns a detector with p-values, decisions and limits of valid clips.

    Args:
        detector: Detector with a scorer fitted on all the normal clips.
        normals: Embeddings of the normal clips.
        config: Settings of the run, with the detector's scorer.
        listed: Clips of the run with their roles; of a trained network only
            the clips that were held out calibrate.

    Returns:
        Calibrated detector, and the normal scores that it was calibrated
        with.

    >>> from pipelines.settings.front_ends import LogMel
    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.runs.labels import LabelMap
    >>> keys = {"fan": (0,), "fan/a": (0,), "pump": (1,), "pump/b": (1,)}
    >>> label_map = LabelMap(("fan/a", "pump/b"), keys, keys)
    >>> config = Config(
    ...     MobileFaceNet(LogMel(16), width=0.125), clip_seconds=0.5)
    >>> detector = make_detector(config, label_map)
    >>> nothing = np.zeros(0, int)
    >>> normals = Embeddings(np.zeros((0, 128)), nothing, nothing, nothing)
    >>> made, scores = calibrated(detector, normals, config, [])
    >>> made.calibration.get_weights()[2].tolist()
    [0.0, 0.0, 0.0, 0.0]
    """
    scores = calibration_scores(
        detector, normals, config, find_unseen(listed, config)
    )
    calibration = fit_calibration(
        scores,
        list(detector.keys),
        config.calibration,
        config.false_alarm_rate,
    )
    check = fit_check(detector, normals, detector.keys)
    made = detector.with_parts(calibration=calibration, check=check)
    return made, scores


def fit_check(
    detector: AnomalyDetector, normals: Embeddings, keys: Collection[str]
) -> RecordingCheck:
    """Returns limits of level and clipping, fitted anew for some keys.

    Args:
        detector: Detector, for its keys, the sections of a bare machine, and
            the limits of the other keys.
        normals: Embeddings of normal clips with their measures.
        keys: Names of the keys to fit; one without clips keeps its limits.

    >>> from pipelines.settings.front_ends import LogMel
    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.runs.labels import LabelMap
    >>> keys = {"fan": (0,), "fan/a": (0,), "pump": (1,), "pump/b": (1,)}
    >>> label_map = LabelMap(("fan/a", "pump/b"), keys, keys)
    >>> config = Config(
    ...     MobileFaceNet(LogMel(16), width=0.125), clip_seconds=0.5)
    >>> detector = make_detector(config, label_map)
    >>> rows = np.arange(40)
    >>> normals = Embeddings(
    ...     np.random.default_rng(0).normal(size=(40, 128)).astype("float32"),
    ...     np.array(["fan/a", "pump/b"] * 20), rows < 0, rows,
    ...     np.tile([-30.0, 0.0], (40, 1)))
    >>> check = fit_check(detector, normals, ["fan/a"])
    >>> check.get_weights()[0][1].round().tolist()
    [-50.0, -10.0, 0.0]
    """
    check = RecordingCheck.from_config(detector.check.get_config())
    check.build()
    check.set_weights(detector.check.get_weights())
    measures, indices = [np.zeros((0, 2))], [np.zeros(0, int)]
    for index, key in enumerate(detector.keys):
        if normals.measures is None or key not in keys:
            continue
        own = set(detector.groups[key])
        for section in np.unique(normals.keys).tolist():
            if own.issuperset(detector.groups[section]):
                chosen = normals.measures[normals.keys == section]
                measures.append(chosen)
                indices.append(np.full(len(chosen), index))
    return check.fit(np.concatenate(measures), np.concatenate(indices))


def with_false_alarm_rate(
    detector: AnomalyDetector, false_alarm_rate: float
) -> AnomalyDetector:
    """Returns a detector with another false-alarm rate as its default.

    Raises:
        ValueError: If the rate is out of range.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> labels = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, labels)
    >>> with_false_alarm_rate(detector, 0.01).calibration.false_alarm_rate
    0.01
    """
    old = detector.calibration
    settings = {**old.get_config(), "false_alarm_rate": false_alarm_rate}
    new = Calibration.from_config(settings)
    new.build()
    new.set_weights(old.get_weights())
    return detector.with_parts(calibration=new)
