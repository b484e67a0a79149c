"""Model facts: what a report must know of the model that scored."""

import dataclasses
from collections.abc import Mapping

from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines.calibration.false_alarms import thresholds
from pipelines.pictures.usual_sound import UsualSound


@dataclasses.dataclass(frozen=True)
class ModelFacts:
    """What a report must know of the model that scored.

    Args:
        sampling_rate: Sampling rate in Hz.
        channel: Channel of the recordings, `"mean"` or an index.
        rate: Requested share of normal clips that raise an alarm.
        thresholds: Threshold of each machine at this rate; NaN or infinite
            where there is no decision.
        num_calibrated: Number of normal clips behind each threshold.
        usual: Usual sound of the machines.

    >>> ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound()).rate
    0.05
    """

    sampling_rate: int
    channel: int | str
    rate: float
    thresholds: Mapping[str, float]
    num_calibrated: Mapping[str, int]
    usual: UsualSound


# Of a model of which there is nothing but scores.
NOTHING_KNOWN = ModelFacts(16_000, "mean", 0.05, {}, {}, UsualSound())


def model_facts(
    detector: AnomalyDetector,
    channel: int | str,
    rate: float | None,
    usual: UsualSound,
) -> ModelFacts:
    """The facts of a detector.

    Args:
        detector: Detector with its calibration.
        channel: Channel of the recordings.
        rate: Requested false-alarm rate; the detector's own if `None`.
        usual: Usual sound of its machines.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import Embedder
    >>> detector = AnomalyDetector(
    ...     Embedder(samples=16_000, width=0.25), ClassCosine(2), None,
    ...     keys={"fan": [0]})
    >>> model_facts(detector, "mean", None, UsualSound()).thresholds
    {'fan': nan}
    """
    calibration = detector.calibration
    rate = calibration.false_alarm_rate if rate is None else rate
    numbers = ops.convert_to_numpy(calibration.num_clips).astype(int).tolist()
    levels = thresholds(calibration, rate).tolist()
    return ModelFacts(
        detector.sampling_rate,
        channel,
        rate,
        dict(zip(detector.keys, levels, strict=True)),
        dict(zip(detector.keys, numbers, strict=True)),
        usual,
    )
