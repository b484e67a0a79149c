"""Bootstrap of DCASE numbers: one way to resample the clips."""

import dataclasses
import zlib

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from keras_asd.metrics.bootstrap import percentile_interval
from keras_asd.metrics.bootstrap import resample_counts
from keras_asd.metrics.dcase import official_scores
from keras_asd.metrics.dcase_clips import clip_columns
from keras_asd.metrics.dcase_scores import OfficialScores
from keras_asd.metrics.share_interval import share_interval


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


def section_counts(
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    num_resamples: int = 1000,
    seed: int | np.random.Generator = 0,
) -> NDArray[np.int64]:
    """Draws clips with replacement within machine, section, domain and label.

    Each of these strata keeps its size, as a test set fixes it, so that each
    resample is judged by the same rules. A section is drawn by a generator of
    its own, seeded with its name: its resamples do not depend on what else is
    judged, and every number of the same clips rests on the same resamples.
    The draw depends on the order of a section's clips: sort them.

    Args:
        machines: The machine of each clip, `(clips,)`.
        sections: Its section or id, `(clips,)`.
        domains: `"source"` or `"target"`, `(clips,)`, or `None`.
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        num_resamples: Integer, at least 1.
        seed: An integer, or a generator that is drawn from.

    Returns:
        How often each resample holds each clip, `(num_resamples, clips)`.

    >>> counts = section_counts(["fan"] * 3, ["id_00"] * 3, None, [0, 0, 1], 9)
    >>> counts[:, :2].sum(axis=1).tolist() == [2] * 9, counts[:, 2].tolist()
    (True, [1, 1, 1, 1, 1, 1, 1, 1, 1])

    Reference: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    scores = np.zeros(np.shape(machines))
    columns = clip_columns(machines, sections, domains, is_anomaly, scores)
    columns[3] = columns[3].astype(bool)
    texts = np.stack([column.astype(str) for column in columns[:4]])
    _, strata = np.unique(texts, axis=1, return_inverse=True)
    base = int(np.random.default_rng(seed).integers(2**63))
    counts = np.zeros((num_resamples, scores.size), dtype=np.int64)
    for machine, section in sorted(set(zip(*texts[:2].tolist(), strict=True))):
        inside = (texts[0] == machine) & (texts[1] == section)
        name = f"{machine}/{section}".encode("utf-8", "surrogateescape")
        counts[:, inside] = resample_counts(
            strata.ravel()[inside],
            num_resamples,
            np.random.default_rng([base, zlib.crc32(name)]),
        )
    return counts


def paired_difference(
    drawn: ArrayLike, confidence: float = 0.95
) -> PairedDifference:
    """Summarizes differences of two systems on the same resamples.

    Args:
        drawn: The difference on the clips as they are, then on each resample,
            `(1 + resamples,)`.
        confidence: Float in `(0, 1)`, the share between the bounds.

    >>> paired_difference([0.5, 0.25, 0.5, 0.75]).p_value
    0.5
    """
    drawn = np.asarray(drawn)
    # What is alike but for the order of sums is alike.
    differences = np.round(drawn[1:], 12)
    sides = np.sum(differences <= 0), np.sum(differences >= 0)
    num_resamples = len(differences)
    return PairedDifference(
        difference=float(drawn[0]),
        interval=percentile_interval(differences, confidence),
        p_value=min(1.0, 2 * (int(min(sides)) + 1) / (num_resamples + 1)),
        confidence=confidence,
        num_resamples=num_resamples,
    )


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

    The resamples are those of `section_counts`.

    Args:
        year: Integer, 2020 to 2026.
        machines: Machine of each clip, `(clips,)`.
        sections: Section or id of each clip, `(clips,)`.
        domains: `"source"` or `"target"`, `(clips,)`. `None` in 2020.
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        scores: Finite anomaly scores, larger is stranger, `(clips,)`.
        num_resamples: Integer, at least 1.
        seed: Integer, or a generator that is drawn from.
        leave_out_incomplete: Whether sections that lack a domain or a label are
            left out instead of refused, see `official_scores`.

    >>> found = resampled_scores(
    ...     2020, ["fan"] * 4, ["id_01"] * 4, None, [0, 0, 1, 1],
    ...     [0.1, 0.5, 0.4, 0.9], num_resamples=7)
    >>> found.official_score.shape
    (7,)

    Reference: Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    clips = (machines, sections, domains, is_anomaly, scores)
    counts = section_counts(*clips[:4], num_resamples, seed)
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
) -> tuple[float, float] | None:
    """Returns the bounds of the official score by resamples of the clips.

    Takes what `resampled_scores` takes, and the confidence of
    `share_interval`; `None` with too few clips, see `effective_clips`.

    >>> low, high = official_interval(
    ...     2020, ["fan"] * 20, ["id_01"] * 20, None, [0] * 10 + [1] * 10,
    ...     range(20))
    >>> round(low, 2), high
    (0.82, 1.0)
    """
    clips = (machines, sections, domains, is_anomaly, scores)
    found = official_scores(year, *clips)
    resampled = resampled_scores(year, *clips, num_resamples, seed)
    return share_interval(
        np.append(found.official_score, resampled.official_score),
        found.effective(),
        confidence,
    )


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
    drawn = []
    for values in (scores, other_scores):
        clips = (machines, sections, domains, is_anomaly, values)
        found = official_scores(year, *clips).official_score
        resampled = resampled_scores(year, *clips, num_resamples, seed)
        drawn.append(np.append(found, resampled.official_score))
    return paired_difference(drawn[0] - drawn[1], confidence)
