"""Contract of an exported model: what it expects and was made of."""

import hashlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

import keras_asd
from keras_asd.models import AnomalyDetector
from keras_asd.problems import PROBLEMS
from keras_asd.scorers import Calibration
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.request_size import MAX_REQUEST_SECONDS
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.settings.config import Config
from pipelines.settings.labels import label

# Version of the contract; it rises where a reader of the last one would err.
CONTRACT_VERSION = 3


def make_contract(
    detector: AnomalyDetector, config: Config, sources: Sequence[str]
) -> dict[str, Any]:
    """Returns the content of `assets.extra/contract.json`.

    Args:
        detector: Detector with its calibration.
        config: Settings that it was made with.
        sources: Kind of the calibration clips of each machine, which
            `calibration_sources` returns.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> labels = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, labels)
    >>> make_contract(detector, config, ["unseen", "unseen"])["machines"]
    ['fan', 'pump']
    """
    made_of = {
        "embedder": label(config.embedder),
        "fusion": config.fusion,
        "scorer": label(config.scorer),
        "calibration": config.calibration,
    }
    return _describe(detector, config.recording_channel, made_of, sources)


def make_bare_contract(
    detector: AnomalyDetector, recording_channel: int | str = "mean"
) -> dict[str, Any]:
    """Returns the contract of a detector that no run has made.

    What it was made of is named by its classes, and where the clips of its
    calibration come from is unknown.

    Args:
        detector: Detector that knows its sampling rate.
        recording_channel: Channel of recordings, `"mean"` or an index.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models import Embedder
    >>> detector = AnomalyDetector(
    ...     Embedder(samples=16_000, width=0.25), ClassCosine(2), None,
    ...     keys={"fan": [0]})
    >>> make_bare_contract(detector)["embedder"]
    'Embedder'
    """
    num_clips = ops.convert_to_numpy(detector.calibration.num_clips)
    made_of = {
        "embedder": type(detector.embedder).__name__,
        "fusion": "none",
        "scorer": type(detector.scorer).__name__,
        "calibration": "unknown",
    }
    sources = ["unknown" if number > 0 else "none" for number in num_clips]
    return _describe(detector, recording_channel, made_of, sources)


def _describe(
    detector: AnomalyDetector,
    recording_channel: int | str,
    made_of: Mapping[str, str],
    sources: Sequence[str],
) -> dict[str, Any]:
    num_clips = ops.convert_to_numpy(detector.calibration.num_clips)
    return {
        "contract": CONTRACT_VERSION,
        "machines": list(detector.keys),
        "sampling_rate": detector.sampling_rate,
        "recording_channel": recording_channel,
        "samples": detector.samples,
        "max_clips": MAX_CLIPS,
        "max_request_seconds": MAX_REQUEST_SECONDS,
        "long_clips": detector.long_clips,
        "short_clips": detector.short_clips,
        **made_of,
        "false_alarm_rate": detector.calibration.false_alarm_rate,
        "calibration_clips": [int(number) for number in num_clips],
        "calibration_sources": list(sources),
        "least_rates": _least_rates(detector.calibration),
        "embedding_dim": detector.embedding_dim,
        "problems": list(PROBLEMS),
    }


def _least_rates(calibration: Calibration) -> list[float | None]:
    """The least rate that can be requested of each machine, if any."""
    levels, num_clips = (
        ops.convert_to_numpy(weight)
        for weight in (calibration.log_p_values, calibration.num_clips)
    )
    rates = np.maximum(1.0 / (num_clips + 1.0), np.exp(levels[:, -1]))
    return [
        float(rate) if number > 0 else None
        for rate, number in zip(rates, num_clips, strict=True)
    ]


def writing_versions() -> dict[str, str]:
    """Returns the versions of what writes an export, for its manifest.

    A server of an older TensorFlow may not load it.

    >>> list(writing_versions())
    ['keras_asd', 'keras', 'tensorflow']
    """
    modules = keras_asd, keras, tf
    return {module.__name__: module.__version__ for module in modules}


def training_digest(listed: Sequence[ListedClip]) -> str:
    """Returns a SHA-256 over the SHA-256 of all normal clips, sorted.

    It depends on the recordings, and not on their paths and names.

    >>> training_digest([])[:8]
    'e3b0c442'
    """
    digests = sorted(one.sha256 for one in normal_clips(listed))
    return hashlib.sha256("".join(digests).encode()).hexdigest()
