"""Checked inputs of the official metrics of DCASE Task 2."""

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from keras_asd.metrics.dcase_years import DOMAINS


def lacking_parts(
    year: int, domains: ArrayLike, is_anomaly: ArrayLike
) -> list[str]:
    """Returns the kinds of clips that a section of that year lacks.

    >>> lacking_parts(2023, ["source", "source"], [False, True])
    ['normal clip of the target domain']
    """
    labels, where = np.asarray(is_anomaly, dtype=bool), np.asarray(domains)
    num_unknown = int(np.sum(~np.isin(where, DOMAINS)))
    if year > 2020 and num_unknown:
        return [f"domain for {num_unknown} of its {labels.size} clips"]
    if year == 2020:
        parts = [("normal clip", ~labels), ("anomaly", labels)]
    else:
        parts = [
            (f"normal clip of the {domain} domain", ~labels & (where == domain))
            for domain in DOMAINS
        ]
        if year == 2021:
            parts += [
                (f"anomaly of the {domain} domain", labels & (where == domain))
                for domain in DOMAINS
            ]
        else:
            parts.append(("anomaly", labels))
    return [name for name, present in parts if not np.any(present)]


def clip_columns(
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    scores: ArrayLike,
) -> list[NDArray]:
    """Returns the five as equally long arrays, no domain being `""`.

    Raises:
        ValueError: Where they are not equally long rows, or a label is
            neither 0 nor 1.

    >>> columns = clip_columns(["fan"], ["id_00"], None, [True], [0.5])
    >>> [column.tolist() for column in columns]
    [['fan'], ['id_00'], [''], [True], [0.5]]
    """
    machines = np.asarray(machines)
    if domains is None:
        domains = np.full(machines.shape, "")
    columns = [machines, *map(np.asarray, (sections, domains, is_anomaly))]
    columns.append(np.asarray(scores, dtype=np.float64))
    shapes = [column.shape for column in columns]
    if machines.ndim != 1 or len(set(shapes)) > 1:
        raise ValueError(
            "Machines, sections, domains, labels and scores must be equally "
            f"long rows. Received: arrays of shapes {shapes}."
        )
    labels = columns[3]
    if not np.all((labels == 0) | (labels == 1)):
        raise ValueError(
            "`is_anomaly` must hold booleans, or zeros and ones. Received: "
            f"is_anomaly={labels}. Leave unlabelled clips out."
        )
    return columns


def checked_counts(counts: ArrayLike, num_clips: int) -> NDArray:
    """Returns the counts as an array `(resamples, clips)`.

    Raises:
        ValueError: Where they are of another shape.

    >>> checked_counts([[1, 0, 2]], num_clips=3).shape
    (1, 3)
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[1] != num_clips:
        raise ValueError(
            "`counts` must have one column a clip, (resamples, clips). "
            f"Received: counts of shape {counts.shape} for {num_clips} clips."
        )
    return counts
