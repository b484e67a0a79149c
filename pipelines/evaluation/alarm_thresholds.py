"""Table of thresholds for a requested false-alarm rate."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_asd.scorers import Calibration
from pipelines.calibration.calibration_sources import UNCALIBRATED
from pipelines.calibration.calibration_sources import WAY_OUT
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.false_alarms import rate_interval
from pipelines.calibration.false_alarms import thresholds
from pipelines.evaluation.tables import Table

HEADER = ("machine", "threshold", "clips", "they are", "95 % interval")


def threshold_table(
    keys: Sequence[str],
    calibration: Calibration,
    facts: Mapping[str, Any],
    rate: float,
) -> str:
    """Threshold of each machine, with notes.

    Args:
        keys: Names of the machines, in the order of the calibration's keys.
        calibration: Fitted calibration.
        facts: Facts of each machine, from `read_calibration`.
        rate: Requested false-alarm rate, in `(0, 1)`.

    >>> calibration = Calibration(2).fit([([1.0, 2.0], [0, -4]), None], [40, 0])
    >>> facts = {"method": "empirical", "keys": {"fan": {"source": "unseen"}}}
    >>> print(threshold_table(["fan", "pump"], calibration, facts, 0.1))
    Wished false-alarm rate: 10 %, one in 10 normal clips.
    machine      threshold    clips  they are      95 % interval
    ---------  -----------  -------  ------------  ---------------
    fan             1.5756       40  unseen        2.9 % to 20.7 %
    pump                 -        0  uncalibrated  no decision
    Uncalibrated: no normal clip that it was not trained on. Calibrate ...
    """
    num_clips = ops.convert_to_numpy(calibration.num_clips).astype(int)
    rows = []
    sources = calibration_sources(facts, keys, calibration)
    for key, threshold, size, source in zip(
        keys,
        thresholds(calibration, rate),
        num_clips.tolist(),
        sources,
        strict=True,
    ):
        is_decided = np.isfinite(threshold)
        rows.append(
            (
                key,
                f"{threshold:.5g}" if is_decided else "-",
                str(size),
                source,
                _undecided(rate, threshold, size)
                or _interval(rate, size, facts["method"], source),
            )
        )
    wish = (
        f"Wished false-alarm rate: {100 * rate:.3g} %, one in {1 / rate:.4g} "
        "normal clips."
    )
    notes = [NOTE] if UNCALIBRATED in sources else []
    return "\n".join([wish, Table(HEADER, rows).plain(), *notes])


NOTE = "Uncalibrated: no normal clip that it was not trained on. " + WAY_OUT


def _undecided(rate: float, threshold: float, size: int) -> str:
    """Reason why there is no threshold; empty if there is one."""
    if not size:
        return "no decision"
    if np.isnan(threshold):
        return f"too few clips: at least {needed_clips(rate)} are needed"
    if np.isinf(threshold):
        return "no p-value is as small: the highest scores are equal"
    return ""


def _interval(rate: float, size: int, method: str, source: str) -> str:
    if source == "unknown":
        return "unknown"
    if method != "empirical":
        return "unknown: it rests on the gamma distribution"
    low, high = rate_interval(rate, size)
    return f"{100 * low:.1f} % to {100 * high:.1f} %"
