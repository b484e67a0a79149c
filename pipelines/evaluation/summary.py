"""From scored clips to the numbers of an evaluation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_asd.metrics import percentile_interval
from keras_asd.metrics import resample_counts
from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area
from pipelines.methods.scored_clip import ScoredClip

CONFIDENCE = 0.95
MAX_FPR = 0.1

# Per metric, the number itself and then its value in each resample.
Areas = dict[str, np.ndarray]


def summarize(
    scored_clips: Sequence[ScoredClip],
    baseline_name: str | None = None,
    num_resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Returns what `metrics.json` holds: AUC, pAUC, mAUC, their intervals.

    `machines.<machine>.<section>` holds the numbers of one section; `mean`
    the mean over machines of the mean over sections, where `mauc` is the
    mean over machines of the worst section's AUC; `pooled` the mean over
    machines of one curve over all their sections. Numbers are shares, 0 to
    1, and `None` with a `reason` where a label is missing. Clips without a
    label do not count. Intervals are of a bootstrap within each section and
    label, at 95 %.

    Args:
        scored_clips: At least one, in any order.
        baseline_name: Name under which the same numbers of the clips'
            `baseline_score` are added as `baseline`, or `None`.
        num_resamples: Integer, resamples of the bootstrap.
        seed: Integer, of the bootstrap.

    Raises:
        ValueError: Where there is no clip, or a `baseline_score` is missing.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 3) for i in range(6)]
    >>> scored = [ScoredClip(clip, i % 5) for i, clip in enumerate(clips)]
    >>> summarize(scored)["machines"]["fan"]["id_00"]["auc"]
    0.5625

    Reference: Koizumi et al., https://arxiv.org/abs/2006.05822, for AUC and
    pAUC; Liu et al., https://arxiv.org/abs/2201.05510, for mAUC.
    """
    if not scored_clips:
        raise ValueError(
            "`scored_clips` must hold at least one clip. Received: none. "
            "The left-out clips and their reasons may tell why."
        )
    clips = sorted(scored_clips, key=lambda scored: scored.clip.path)
    scores = [scored.anomaly_score for scored in clips]
    summary = _summarize(clips, scores, num_resamples, seed)
    if baseline_name is not None:
        scores = _baseline_scores(clips)
        numbers = _summarize(clips, scores, num_resamples, seed)
        summary["baseline"] = {"name": baseline_name, **numbers}
    summary["intervals"] = {
        "confidence": CONFIDENCE,
        "num_resamples": num_resamples,
        "seed": seed,
    }
    return summary


def _baseline_scores(clips: list[ScoredClip]) -> list[float]:
    scores = [c.baseline_score for c in clips if c.baseline_score is not None]
    if len(scores) < len(clips):
        raise ValueError(
            "With `baseline_name`, every clip must have a `baseline_score`. "
            f"Received: {len(clips) - len(scores)} of {len(clips)} without."
        )
    return scores


def _summarize(
    clips: list[ScoredClip], scores: list[float], num_resamples: int, seed: int
) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    machine_names = np.array([scored.clip.machine for scored in clips])
    machines: dict[str, dict[str, Any]] = {}
    means: dict[str, Areas] = {}
    pools: dict[str, Areas] = {}
    num_sections = 0
    for machine in np.unique(machine_names).tolist():
        members = np.flatnonzero(machine_names == machine)
        sections = np.array([clips[i].clip.section for i in members])
        labels = np.array([_label(clips[i]) for i in members])
        values = np.array([scores[i] for i in members])
        counts = _counts(sections, labels, num_resamples, generator)
        machines[machine], defined = {}, []
        for section in np.unique(sections).tolist():
            inside = sections == section
            areas = _areas(labels[inside], values[inside], counts[:, inside])
            machines[machine][section] = {
                **_numbers(areas, ["auc", "pauc"]),
                **_label_counts(labels[inside]),
            }
            if areas is not None:
                defined.append(areas)
        if defined:
            num_sections += len(defined)
            means[machine] = _mean_of_sections(defined)
        pooled = _areas(labels, values, counts)
        if pooled is not None:
            pools[machine] = pooled
    mean = _mean_of_machines(means, ["auc", "pauc", "mauc"])
    return {
        "machines": machines,
        "mean": {**mean, "num_sections": num_sections},
        "pooled": _mean_of_machines(pools, ["auc", "pauc"]),
    }


def _label(scored: ScoredClip) -> int:
    is_anomaly = scored.clip.is_anomaly
    return -1 if is_anomaly is None else int(is_anomaly)


def _counts(sections, labels, num_resamples, generator) -> np.ndarray:
    """Row 0 holds every clip once, the others are its resamples."""
    _, strata = np.unique([sections, labels], axis=1, return_inverse=True)
    counts = resample_counts(strata.ravel(), num_resamples, generator)
    return np.concatenate([np.ones_like(counts[:1]), counts])


def _areas(labels, scores, counts) -> Areas | None:
    if not (np.any(labels == 0) and np.any(labels == 1)):
        return None
    known = labels >= 0
    rates = roc_curves(labels[known], scores[known], counts[:, known])
    return {
        "auc": standardized_area(*rates),
        "pauc": standardized_area(*rates, max_fpr=MAX_FPR),
    }


def _mean_of_sections(sections: list[Areas]) -> Areas:
    auc = np.stack([areas["auc"] for areas in sections])
    pauc = np.stack([areas["pauc"] for areas in sections])
    return {"auc": auc.mean(0), "pauc": pauc.mean(0), "mauc": auc.min(0)}


def _mean_of_machines(
    machines: dict[str, Areas], names: list[str]
) -> dict[str, Any]:
    mean = None
    if machines:
        mean = {
            name: np.mean([areas[name] for areas in machines.values()], axis=0)
            for name in names
        }
    numbers = _numbers(mean, names)
    if mean is None:
        numbers["reason"] = "no machine has clips of both labels"
    return {
        **numbers,
        "num_machines": len(machines),
        "machines": {
            machine: _numbers(areas, names)
            for machine, areas in machines.items()
        },
    }


def _numbers(areas: Areas | None, names: list[str]) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for name in names:
        rows = None if areas is None else areas[name]
        numbers[name] = None if rows is None else float(rows[0])
        numbers[f"{name}_interval"] = (
            None
            if rows is None
            else list(percentile_interval(rows[1:], CONFIDENCE))
        )
    return numbers


def _label_counts(labels) -> dict[str, Any]:
    num_normal = int(np.sum(labels == 0))
    num_anomaly = int(np.sum(labels == 1))
    counts = {"num_normal": num_normal, "num_anomaly": num_anomaly}
    if num_normal and num_anomaly:
        return counts
    if num_normal:
        reason = f"no anomaly among its clips ({num_normal} normal)"
    elif num_anomaly:
        reason = f"no normal clip among its clips ({num_anomaly} anomalous)"
    else:
        reason = f"no label on its clips ({labels.size} unlabelled)"
    return {**counts, "reason": reason}
