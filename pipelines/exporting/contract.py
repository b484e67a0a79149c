"""Contract of an exported model: what it expects and was made of."""

import hashlib
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

import keras_asd
from keras_asd.models import AnomalyDetector
from keras_asd.problems import PROBLEMS
from pipelines.calibration.calibration_sources import OPTIMISTIC
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
    >>> make_contract(detector, config, ["none", "none"])["machines"]
    ['fan', 'pump']
    """
    num_clips = ops.convert_to_numpy(detector.calibration.num_clips)
    return {
        "contract": CONTRACT_VERSION,
        "machines": list(detector.keys),
        "sampling_rate": config.sampling_rate,
        "recording_channel": config.recording_channel,
        "samples": config.samples,
        "max_clips": MAX_CLIPS,
        "max_request_seconds": MAX_REQUEST_SECONDS,
        "long_clips": config.long_clips,
        "short_clips": config.short_clips,
        "embedder": label(config.embedder),
        "fusion": config.fusion,
        "scorer": label(config.scorer),
        "calibration": config.calibration,
        "false_alarm_rate": detector.calibration.false_alarm_rate,
        "calibration_clips": [int(number) for number in num_clips],
        "calibration_sources": list(sources),
        # Whether more false alarms than requested must be expected.
        "calibration_is_optimistic": [
            None if source == "unknown" else source in OPTIMISTIC
            for source in sources
        ],
        "embedding_dim": detector.embedding_dim,
        "problems": list(PROBLEMS),
    }


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
