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

# Fresh clips score higher than these, and raise more alarms than requested.
OPTIMISTIC = ("out of fold", "trained on")
WAY_OUT = (
    "Hold more clips out (--holdout), or calibrate with fresh ones (keras-asd "
    "calibrate)."
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
        The `source` of `NormalScores` of each key; `"none"` for a key that is
        not calibrated, `"unknown"` where the facts describe another curve or
        nothing.

    >>> calibration = Calibration(2).fit([([1.0, 2.0], [0, -3]), None], [40, 0])
    >>> calibration_sources({"keys": {}}, ["fan", "pump"], calibration)
    ['unknown', 'none']
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
        sources.append(known if size > 0 else "none")
    return sources


def warn_of_optimism(sources: Sequence[str]) -> None:
    """Warns, once, if more false alarms than requested must be expected.

    Args:
        sources: Kinds that `calibration_sources` returned.

    >>> warn_of_optimism(["unseen", "none"])
    """
    doubtful = [one for one in sources if one not in ("unseen", "none")]
    if doubtful:
        logger.warning(
            "%d of %d machines are calibrated with clips that are %s, and "
            "not unseen: expect more false alarms than requested. %s",
            len(doubtful),
            len(sources),
            " or ".join(sorted(set(doubtful))),
            WAY_OUT,
        )
