"""Calibration sources: the kind of clips behind each machine's curve."""

import hashlib
import logging
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_asd.scorers import Calibration

logger = logging.getLogger(__name__)

UNCALIBRATED = "uncalibrated"
WAY_OUT = (
    "Calibrate with fresh normal clips (keras-asd calibrate RUN FRESH), or "
    "train with more clips, or with more of them held out (--holdout)."
)


def curve_digests(
    keys: Sequence[str], calibration: Calibration
) -> dict[str, str]:
    """Returns the SHA-256 of the curve of every key, without its padding.

    >>> calibration = Calibration(1).fit([([1.0, 2.0], [0.0, -3.0])], [40])
    >>> len(curve_digests(["fan"], calibration)["fan"])
    64
    """
    tables = [ops.convert_to_numpy(weight) for weight in calibration.weights]
    digests = {}
    for key, scores, levels, num_clips in zip(keys, *tables, strict=True):
        _, first = np.unique(scores, return_index=True)
        numbers = np.concatenate([scores[first], levels[first], [num_clips]])
        digests[key] = hashlib.sha256(numbers.astype("<f4")).hexdigest()
    return digests


def bind_facts(
    facts: Mapping[str, Any], keys: Sequence[str], calibration: Calibration
) -> dict[str, Any]:
    """Returns the facts with the digests of the curves that they describe.

    They show whether a kill came between the writing of facts and curves.

    Args:
        facts: Facts that `describe_calibration` returned.
        keys: Names in the order of the calibration's keys.
        calibration: Fitted calibration.

    >>> calibration = Calibration(1).fit([([1.0, 2.0], [0.0, -3.0])], [40])
    >>> facts = bind_facts({"keys": {"fan": {}}}, ["fan"], calibration)
    >>> list(facts["keys"]["fan"])
    ['curve_sha256']
    """
    digests = curve_digests(keys, calibration)
    bound = {
        key: {**of_key, "curve_sha256": digests[key]}
        for key, of_key in facts["keys"].items()
    }
    return {**facts, "keys": bound}


def calibration_sources(
    facts: Mapping[str, Any], keys: Sequence[str], calibration: Calibration
) -> list[str]:
    """Returns the kind of the clips behind the curve of every key.

    Args:
        facts: Facts that `read_calibration` returned.
        keys: Names in the order of the calibration's keys.
        calibration: Fitted calibration.

    Returns:
        The `source` of `NormalScores` of each key: `"uncalibrated"` without
        a curve, `"unknown"` where the facts describe another curve or
        nothing.

    >>> calibration = Calibration(2).fit([([1.0, 2.0], [0, -3]), None], [40, 0])
    >>> calibration_sources({"keys": {}}, ["fan", "pump"], calibration)
    ['unknown', 'uncalibrated']
    """
    num_clips = ops.convert_to_numpy(calibration.num_clips)
    sources = []
    for (key, digest), size in zip(
        curve_digests(keys, calibration).items(), num_clips, strict=True
    ):
        of_key = facts["keys"].get(key, {})
        # Facts of earlier versions have no digest.
        is_bound = of_key.get("curve_sha256", digest) == digest
        known = of_key.get("source", "unknown") if is_bound else "unknown"
        sources.append(known if size > 0 else UNCALIBRATED)
    return sources


def warn_of_sources(sources: Sequence[str]) -> None:
    """Warns if machines give no decisions, or doubtful ones.

    Args:
        sources: Kinds that `calibration_sources` returned.

    >>> warn_of_sources(["unseen", "unseen"])
    """
    lines = {
        UNCALIBRATED: "are uncalibrated, and give no decision.",
        "unknown": (
            "are calibrated with clips of an unknown kind: expect more false "
            "alarms than requested."
        ),
    }
    for kind, line in lines.items():
        if number := sources.count(kind):
            logger.warning(
                "%d of %d machines %s %s", number, len(sources), line, WAY_OUT
            )
