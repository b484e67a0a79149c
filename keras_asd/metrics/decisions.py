"""F1, precision and recall of decisions, as in DCASE Task 2."""

import dataclasses
import sys

import numpy as np
from numpy.typing import ArrayLike


@dataclasses.dataclass(frozen=True)
class DecisionNumbers:
    """Precision, recall and F1 score of decisions, as shares.

    >>> DecisionNumbers(precision=1.0, recall=0.5, f1_score=2 / 3).recall
    0.5
    """

    precision: float
    recall: float
    f1_score: float


def decision_numbers(
    is_anomaly: ArrayLike, decisions: ArrayLike
) -> DecisionNumbers:
    """Returns precision, recall and F1 score; 0 where they are undefined.

    The challenge reports them for each section and domain, of that
    domain's clips alone.

    Args:
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        decisions: 1 for what the system calls an anomaly, `(clips,)`.

    Raises:
        ValueError: Where the two do not fit together, or hold anything but
            zeros and ones.

    >>> decision_numbers([0, 0, 1, 1], [0, 0, 0, 1])
    ... # doctest: +NORMALIZE_WHITESPACE
    DecisionNumbers(precision=1.0, recall=0.5,
                    f1_score=0.6666666666666666)

    Reference: the official evaluators of DCASE Task 2, 2021 to 2026.
    """
    truth, decided = np.asarray(is_anomaly), np.asarray(decisions)
    if truth.ndim != 1 or truth.shape != decided.shape:
        raise ValueError(
            "`is_anomaly` and `decisions` must be equally long rows. Received: "
            f"is_anomaly of shape {truth.shape}, decisions of shape "
            f"{decided.shape}."
        )
    for name, column in (("is_anomaly", truth), ("decisions", decided)):
        if not np.all((column == 0) | (column == 1)):
            raise ValueError(
                f"`{name}` must hold booleans, or zeros and ones. Received: "
                f"{name}={column}. Compare scores with a threshold first."
            )
    num_hits = int(np.sum((truth == 1) & (decided == 1)))
    precision = _share(num_hits, np.sum(decided == 1))
    recall = _share(num_hits, np.sum(truth == 1))
    f1_score = _share(2 * precision * recall, precision + recall)
    return DecisionNumbers(precision, recall, f1_score)


def _share(part: float, whole: float) -> float:
    return float(part / max(whole, sys.float_info.epsilon))
