"""Exact areas under the ROC curve, of one set of scores or of resamples."""

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray


def roc_auc(is_anomaly: ArrayLike, scores: ArrayLike) -> float:
    """Returns the probability that an anomaly outscores a normal clip.

    Ties count one half: this is scikit-learn's `roc_auc_score`.

    Args:
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        scores: Finite anomaly scores, larger is stranger, `(clips,)`.

    Raises:
        ValueError: Where the two do not fit together, a label is neither
            0 nor 1, a score is not finite, or one of the labels is missing.

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75

    Reference: DCASE 2020 Task 2, AUC per machine and id.
    """
    return partial_auc(is_anomaly, scores, max_fpr=1.0)


def partial_auc(
    is_anomaly: ArrayLike, scores: ArrayLike, max_fpr: float = 0.1
) -> float:
    """Returns the standardised area at false-positive rates up to `max_fpr`.

    McClish's standardisation makes chance 0.5 and the best 1: this is
    scikit-learn's `roc_auc_score(..., max_fpr=max_fpr)`, the pAUC of DCASE.

    Args:
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        scores: Finite anomaly scores, larger is stranger, `(clips,)`.
        max_fpr: Float in `(0, 1]`. Defaults to the challenge's `0.1`.

    Raises:
        ValueError: As `roc_auc`, and where `max_fpr` is out of range.

    >>> round(partial_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.7368

    Reference: McClish, https://doi.org/10.1177/0272989X8900900307
    """
    area = standardized_area(*roc_curves(is_anomaly, scores), max_fpr=max_fpr)
    return float(area[0])


def roc_curves(
    is_anomaly: ArrayLike,
    scores: ArrayLike,
    counts: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns false-positive and true-positive rates, strictest first.

    Args:
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        scores: Finite anomaly scores, larger is stranger, `(clips,)`.
        counts: How often each resample holds each clip,
            `(resamples, clips)`. Defaults to one resample, every clip once.

    Returns:
        Two arrays `(resamples, distinct scores + 1)`, which begin with 0
        and end with 1.

    Raises:
        ValueError: As `roc_auc`, for each of the resamples.

    >>> rates = roc_curves([0, 0, 1], [0.1, 0.9, 0.5])
    >>> [row.tolist() for row in rates]
    [[[0.0, 0.5, 0.5, 1.0]], [[0.0, 0.0, 1.0, 1.0]]]
    """
    labels, values = _checked(is_anomaly, scores)
    if counts is None:
        counts = np.ones((1, values.size), dtype=np.int64)
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[1] != values.size:
        raise ValueError(
            "`counts` must have one column a clip, (resamples, clips). "
            f"Received: counts of shape {counts.shape} for {values.size} clips."
        )
    order = np.argsort(-values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=np.inf))
    labels, counts = labels[order], counts[:, order]
    return (
        _cumulated_rates(np.where(labels, 0, counts), starts, "normal clip"),
        _cumulated_rates(np.where(labels, counts, 0), starts, "anomaly"),
    )


def standardized_area(
    false_positive_rates: NDArray[np.float64],
    true_positive_rates: NDArray[np.float64],
    max_fpr: float = 1.0,
) -> NDArray[np.float64]:
    """Returns the area under each curve up to `max_fpr`, chance being 0.5.

    Args:
        false_positive_rates: `(resamples, points)`, of `roc_curves`.
        true_positive_rates: `(resamples, points)`, of `roc_curves`.
        max_fpr: Float in `(0, 1]`.

    Returns:
        An array `(resamples,)`.

    Raises:
        ValueError: Where `max_fpr` is out of range.

    >>> standardized_area(*roc_curves([0, 0, 1], [0.1, 0.9, 0.5])).tolist()
    [0.5]
    """
    if not 0 < max_fpr <= 1:
        raise ValueError(
            "`max_fpr` must be a rate, 0 < max_fpr <= 1. "
            f"Received: max_fpr={max_fpr}. The challenge takes 0.1."
        )
    left = false_positive_rates[:, :-1]
    width = np.diff(false_positive_rates)
    kept = np.clip(max_fpr - left, 0, width)
    share = np.divide(kept, width, out=np.zeros_like(kept), where=width > 0)
    height = true_positive_rates[:, :-1]
    height = height + share * np.diff(true_positive_rates) / 2
    area = np.sum(kept * height, axis=1)
    chance = max_fpr**2 / 2
    return (1 + (area - chance) / (max_fpr - chance)) / 2


def _checked(
    is_anomaly: ArrayLike, scores: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    labels = np.asarray(is_anomaly)
    values = np.asarray(scores, dtype=np.float64)
    if labels.ndim != 1 or labels.shape != values.shape:
        raise ValueError(
            "`is_anomaly` and `scores` must be equally long rows. Received: "
            f"is_anomaly of shape {labels.shape}, scores of shape "
            f"{values.shape}."
        )
    if not np.all((labels == 0) | (labels == 1)):
        raise ValueError(
            "`is_anomaly` must hold booleans, or zeros and ones. Received: "
            f"is_anomaly={labels}. Leave unlabelled clips out."
        )
    if not np.all(np.isfinite(values)):
        raise ValueError(
            "`scores` must be finite. Received: "
            f"{np.sum(~np.isfinite(values))} of {values.size} that are NaN "
            "or infinite. Leave clips without a score out."
        )
    return labels.astype(bool), values


def _cumulated_rates(counts, starts, kind: str) -> NDArray[np.float64]:
    total = counts.sum(axis=1, keepdims=True)
    if np.any(total == 0):
        raise ValueError(
            "A ROC curve needs normal clips and anomalies. Received: "
            f"is_anomaly without a single {kind}."
        )
    cumulated = np.cumsum(np.add.reduceat(counts, starts, axis=1), axis=1)
    return np.pad(cumulated / total, ((0, 0), (1, 0)))
