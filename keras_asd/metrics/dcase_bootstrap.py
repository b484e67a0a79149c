"""How far an official score would move with other clips."""

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from keras_asd.metrics.bootstrap import percentile_interval
from keras_asd.metrics.bootstrap import resample_counts
from keras_asd.metrics.dcase import official_scores
from keras_asd.metrics.dcase_clips import clip_columns
from keras_asd.metrics.dcase_scores import OfficialScores


@dataclasses.dataclass(frozen=True)
class PairedDifference:
    """The official score of one system less that of another.

    Args:
        difference: First less second, on the clips as they are.
        interval: Bounds of the difference over the resamples.
        p_value: Two-sided, at least `1 / (num_resamples + 1)`: how often
            resampling puts the difference on the other side of 0.
        confidence: Share between the bounds.
        num_resamples: Integer.

    >>> PairedDifference(0.02, (-0.01, 0.05), 0.2, 0.95, 1000).difference
    0.02
    """

    difference: float
    interval: tuple[float, float]
    p_value: float
    confidence: float
    num_resamples: int


def resampled_scores(
    year: int,
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    scores: ArrayLike,
    num_resamples: int = 1000,
    seed: int | np.random.Generator = 0,
    leave_out_incomplete: bool = False,
) -> OfficialScores:
    """Returns the official numbers of each resample.

    Clips are drawn with replacement within machine, section, domain and
    label, so that each resample is judged by the year's rules. The draw
    depends on the order of the clips: sort them for the same bounds.

    Args:
        year: As in `official_scores`, like all but the following.
        machines: `(clips,)`.
        sections: `(clips,)`.
        domains: `(clips,)`, or `None` in 2020.
        is_anomaly: `(clips,)`.
        scores: `(clips,)`.
        num_resamples: Integer, at least 1.
        seed: An integer, or a generator that is drawn from.
        leave_out_incomplete: As in `official_scores`.

    >>> found = resampled_scores(
    ...     2020, ["fan"] * 4, ["id_01"] * 4, None, [0, 0, 1, 1],
    ...     [0.1, 0.5, 0.4, 0.9], num_resamples=7)
    >>> found.official_score.shape
    (7,)

    Reference: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    clips = (machines, sections, domains, is_anomaly, scores)
    columns = clip_columns(*clips)
    texts = np.stack([column.astype(str) for column in columns[:4]])
    _, strata = np.unique(texts, axis=1, return_inverse=True)
    counts = resample_counts(strata.ravel(), num_resamples, seed)
    return official_scores(year, *clips, counts, leave_out_incomplete)


def official_interval(
    year: int,
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    scores: ArrayLike,
    num_resamples: int = 1000,
    seed: int | np.random.Generator = 0,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Returns the bounds of the official score over resamples of the clips.

    Takes what `resampled_scores` takes, and the share between the bounds.

    >>> low, high = official_interval(
    ...     2020, ["fan"] * 4, ["id_01"] * 4, None, [0, 0, 1, 1],
    ...     [0.1, 0.2, 0.4, 0.9])
    >>> low, high
    (1.0, 1.0)
    """
    resampled = resampled_scores(
        year,
        machines,
        sections,
        domains,
        is_anomaly,
        scores,
        num_resamples,
        seed,
    )
    return percentile_interval(resampled.official_score, confidence)


def paired_bootstrap(
    year: int,
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    scores: ArrayLike,
    other_scores: ArrayLike,
    num_resamples: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> PairedDifference:
    """Compares two systems on the same clips and the same resamples.

    Takes what `official_interval` takes, and the other system's score of
    each clip, `(clips,)`. Clips that are hard for both move both alike, so
    that the interval is narrower than those of the two systems apart.

    >>> paired_bootstrap(
    ...     2020, ["fan"] * 4, ["id_01"] * 4, None, [0, 0, 1, 1],
    ...     [0.1, 0.2, 0.4, 0.9], [0.9, 0.8, 0.1, 0.2], 99).p_value
    0.02

    Reference: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    found, resampled = [], []
    for values in (scores, other_scores):
        clips = (machines, sections, domains, is_anomaly, values)
        found.append(official_scores(year, *clips).official_score)
        resampled.append(
            resampled_scores(year, *clips, num_resamples, seed).official_score
        )
    differences = resampled[0] - resampled[1]
    sides = np.sum(differences <= 0), np.sum(differences >= 0)
    return PairedDifference(
        difference=float(found[0] - found[1]),
        interval=percentile_interval(differences, confidence),
        p_value=min(1.0, 2 * (int(min(sides)) + 1) / (num_resamples + 1)),
        confidence=confidence,
        num_resamples=num_resamples,
    )
