"""The numbers of one cell, on its test clips and on resamples of them."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import official_scores
from keras_asd.metrics import resample_counts
from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area
from pipelines.evaluation.summary import MAX_FPR
from pipelines.methods.scored_clip import ScoredClip

NUM_RESAMPLES = 1000
METRICS = ("auc", "pauc", "mauc", "pooled_auc", "official_score")

# A number on the clips as they are, then on each resample.
Drawn = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class Judged:
    """What the scores of a cell are worth.

    Every array is `(1 + NUM_RESAMPLES,)`: the number on the clips as they
    are, then on each resample of them.

    Args:
        clips: Paths of the clips that count, section by section.
        means: Of each of `METRICS`, over the machines.
        machines: Likewise `auc`, `pauc` and `mauc` of each machine.
        sections: Likewise `auc` and `pauc` of each machine and section.
        left_out: Sections that have not clips of both labels.

    >>> Judged((), {}, {}, {}).means
    {}
    """

    clips: tuple[str, ...]
    means: dict[str, Drawn]
    machines: dict[str, dict[str, Drawn]]
    sections: dict[tuple[str, str], dict[str, Drawn]]
    left_out: tuple[str, ...] = ()


def judge_clips(scored_clips: Sequence[ScoredClip], year: int) -> Judged:
    """Judges scored clips as the paper does, and as the challenge does.

    AUC and pAUC are those of each section, whatever the domain, their mean
    over the sections of a machine, and over machines; mAUC is the least
    section's, `pooled_auc` that of all clips of a machine in one curve. The
    same clips are resampled alike, whatever their scores, within machine,
    section, domain and label.

    Args:
        scored_clips: Those of unknown label do not count, nor do sections
            that lack a label.
        year: Whose rules make the official score.

    Raises:
        ValueError: If no section has clips of both labels.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 2) for i in range(6)]
    >>> scored = [ScoredClip(clip, i) for i, clip in enumerate(clips)]
    >>> float(judge_clips(scored, 2020).means["auc"][0])
    1.0

    Reference: Koizumi et al., https://arxiv.org/abs/2006.05822, for AUC and
    pAUC; Liu et al., https://arxiv.org/abs/2201.05510, for mAUC.
    """
    known: dict[tuple[str, str], list[ScoredClip]] = {}
    for one in sorted(scored_clips, key=lambda one: one.clip.path):
        rows = known.setdefault((one.clip.machine, one.clip.section), [])
        if one.clip.is_anomaly is not None:
            rows.append(one)
    complete = [
        key
        for key, rows in sorted(known.items())
        if len({one.clip.is_anomaly for one in rows}) == 2
    ]
    if not complete:
        raise ValueError(
            "A section must have normal test clips and anomalies. Received: "
            f"{len(scored_clips)} scored clips, none of such a section."
        )
    kept = [one for key in complete for one in known[key]]
    clips = [one.clip for one in kept]
    keys = np.array([(clip.machine, clip.section) for clip in clips], dtype=str)
    domains = np.array([clip.domain or "" for clip in clips])
    labels = np.array([clip.is_anomaly for clip in clips], dtype=bool)
    scores = np.array([one.anomaly_score for one in kept])
    counts = _draw(keys, domains, labels)
    sections = {
        key: _areas(labels, scores, counts, np.all(keys == key, axis=1))
        for key in complete
    }
    machines, pooled = {}, []
    for machine in sorted({machine for machine, _ in sections}):
        parts = [
            areas for (own, _), areas in sections.items() if own == machine
        ]
        auc, pauc = (
            np.stack([areas[name] for areas in parts])
            for name in ("auc", "pauc")
        )
        machines[machine] = {
            "auc": auc.mean(axis=0),
            "pauc": pauc.mean(axis=0),
            "mauc": auc.min(axis=0),
        }
        inside = keys[:, 0] == machine
        pooled.append(_areas(labels, scores, counts, inside)["auc"])
    means = {
        name: np.mean([one[name] for one in machines.values()], axis=0)
        for name in ("auc", "pauc", "mauc")
    }
    means["pooled_auc"] = np.mean(pooled, axis=0)
    means["official_score"] = _official(
        year, keys, domains, labels, scores, counts
    )
    paths = tuple(str(clip.path) for clip in clips)
    left_out = tuple("/".join(key) for key in known if key not in complete)
    return Judged(paths, means, machines, sections, left_out)


def _draw(keys, domains, labels) -> NDArray[np.int64]:
    """Row 0 holds every clip once, the others are its resamples."""
    texts = np.column_stack([keys, domains, labels.astype(str)])
    _, strata = np.unique(texts, axis=0, return_inverse=True)
    counts = resample_counts(strata.ravel(), NUM_RESAMPLES)
    return np.concatenate([np.ones_like(counts[:1]), counts])


def _areas(labels, scores, counts, inside) -> dict[str, Drawn]:
    rates = roc_curves(labels[inside], scores[inside], counts[:, inside])
    return {
        "auc": standardized_area(*rates),
        "pauc": standardized_area(*rates, max_fpr=MAX_FPR),
    }


def _official(year, keys, domains, labels, scores, counts) -> Drawn:
    """NaN where no section has all that the rules of the year compare."""
    clips = (year, keys[:, 0], keys[:, 1], domains, labels, scores, counts)
    try:
        return official_scores(*clips, True).official_score
    except ValueError:
        return np.full(len(counts), np.nan)
