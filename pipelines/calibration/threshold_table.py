"""Thresholds of a run for a wished false-alarm rate, as a table."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_asd.scoring import Calibration
from pipelines.calibration.false_alarms import needed_clips
from pipelines.calibration.false_alarms import rate_interval
from pipelines.calibration.false_alarms import thresholds

HEADER = ("machine", "threshold", "clips", "they are", "95 % interval")


def threshold_table(
    keys: Sequence[str],
    calibration: Calibration,
    facts: Mapping[str, Any],
    rate: float,
) -> str:
    """A line for each machine, and what is to be known of them.

    Args:
        keys: Names in the order of the calibration's keys.
        calibration: Fitted.
        facts: What `read_calibration` gave.
        rate: The wished false-alarm rate, in `(0, 1)`.

    >>> calibration = Calibration(2).fit([([1.0, 2.0], [0, -4]), None], [40, 0])
    >>> facts = {"method": "empirical", "keys": {"fan": {"source": "unseen"}}}
    >>> print(threshold_table(["fan", "pump"], calibration, facts, 0.1))
    Wished false-alarm rate: 10 %, one in 10 normal clips.
    machine  threshold  clips  they are  95 % interval
    fan      1.5756     40     unseen    2.9 % to 20.7 %
    pump     -          0      -         too few clips: at least 9 are needed
    """
    num_clips = ops.convert_to_numpy(calibration.num_clips).astype(int)
    rows = [HEADER]
    is_optimistic = False
    for key, threshold, size in zip(
        keys, thresholds(calibration, rate), num_clips.tolist(), strict=True
    ):
        of_key = facts["keys"].get(key, {})
        is_decided = np.isfinite(threshold)
        is_optimistic |= is_decided and of_key.get("is_optimistic", False)
        rows.append(
            (
                key,
                f"{threshold:.5g}" if is_decided else "-",
                str(size),
                of_key.get("source", "-") if size else "-",
                _interval(rate, size, facts["method"], is_decided),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
    wish = (
        f"Wished false-alarm rate: {100 * rate:.3g} %, one in {1 / rate:.4g} "
        "normal clips."
    )
    notes = [NOTE] if is_optimistic else []
    return "\n".join([wish, *lines, *notes])


NOTE = (
    "Clips that are not unseen were trained on, and score lower than fresh "
    "ones do: expect more alarms than wished. Hold more clips out "
    "(--holdout), or calibrate with fresh ones (keras-asd calibrate)."
)


def _interval(rate: float, size: int, method: str, is_decided: bool) -> str:
    if not is_decided:
        return f"too few clips: at least {needed_clips(rate)} are needed"
    if method != "empirical":
        return "unknown: it rests on the gamma distribution"
    low, high = rate_interval(rate, size)
    return f"{100 * low:.1f} % to {100 * high:.1f} %"
