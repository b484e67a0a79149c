"""Metrics of an evaluation, in the form of `metrics.json`."""

from typing import Any

from pipelines.evaluation.drawn import CONFIDENCE
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.judging import NUM_RESAMPLES
from pipelines.evaluation.judging import Areas
from pipelines.evaluation.judging import Judged
from pipelines.evaluation.official.judgement import Judgement

_NOTHING = "no machine has clips of both labels"


def summarize(
    judged: Judged, baseline: Judged | None = None, baseline_name: str = ""
) -> dict[str, Any]:
    """Returns the content of `metrics.json`: AUC, pAUC, mAUC, intervals.

    `machines.<machine>.<section>` has the metrics of one section; `mean` the
    means over machines of the means over sections, where `mauc` is the mean
    over machines of the worst section's AUC; `pooled` the means over machines
    of one curve over all their sections; `official` the official score. Metrics
    are from 0 to 1, or `None` with a `reason` if a label is missing. Intervals
    are at 95 %, or `None` with too few clips.

    Args:
        judged: Metrics from `pipelines.evaluation.judging.judge_clips`.
        baseline: Metrics of the baseline's scores of the same clips.
        baseline_name: Name of the baseline.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> from pipelines.evaluation.judging import judge_clips
    >>> from pipelines.methods.scored_clip import ScoredClip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 3) for i in range(6)]
    >>> scored = [ScoredClip(clip, i % 5) for i, clip in enumerate(clips)]
    >>> summarize(judge_clips(scored))["machines"]["fan"]["id_00"]["auc"]
    0.5625
    """
    summary = _numbers_of(judged)
    if baseline is not None:
        summary["baseline"] = {"name": baseline_name, **_numbers_of(baseline)}
    summary["intervals"] = {
        "confidence": CONFIDENCE,
        "num_resamples": NUM_RESAMPLES,
        "strata": ["machine", "section", "domain", "label"],
        "bounds": "Wilson, corrected for bias",
    }
    official = judged.official
    if isinstance(official, Judgement):
        summary["official"] = {
            "year": official.scores.year,
            "score": official.official_score,
            "score_interval": _interval(official.drawn),
        }
    else:
        reasons = list(official.reasons)
        summary["official"] = {"score": None, "reasons": reasons}
    return summary


def _numbers_of(judged: Judged) -> dict[str, Any]:
    machines: dict[str, dict[str, Any]] = {}
    for (machine, section), counts in judged.num_clips.items():
        areas = judged.sections.get((machine, section))
        machines.setdefault(machine, {})[section] = {
            **_numbers(areas, ["auc", "pauc"]),
            **_label_counts(*counts),
        }
    pooled = {name: judged.means[f"pooled_{name}"] for name in ("auc", "pauc")}
    mean = _means(judged.means, judged.machines, ["auc", "pauc", "mauc"])
    return {
        "machines": machines,
        "mean": {**mean, "num_sections": len(judged.sections)},
        "pooled": _means(pooled, judged.pooled, ["auc", "pauc"]),
    }


def _means(
    means: Areas, machines: dict[str, Areas], names: list[str]
) -> dict[str, Any]:
    return {
        **_numbers(means if machines else None, names),
        **({} if machines else {"reason": _NOTHING}),
        "num_machines": len(machines),
        "machines": {
            machine: _numbers(areas, names)
            for machine, areas in machines.items()
        },
    }


def _numbers(areas: Areas | None, names: list[str]) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for name in names:
        drawn = None if areas is None else areas[name]
        numbers[name] = None if drawn is None else drawn.number
        numbers[f"{name}_interval"] = _interval(drawn)
    return numbers


def _interval(drawn: Drawn | None) -> list[float] | None:
    interval = None if drawn is None else drawn.interval
    return None if interval is None else list(interval)


def _label_counts(
    num_normal: int, num_anomaly: int, num_unknown: int
) -> dict[str, Any]:
    counts = {"num_normal": num_normal, "num_anomaly": num_anomaly}
    if num_normal and num_anomaly:
        return counts
    if num_normal:
        reason = f"no anomaly among its clips ({num_normal} normal)"
    elif num_anomaly:
        reason = f"no normal clip among its clips ({num_anomaly} anomalous)"
    else:
        reason = f"no label on its clips ({num_unknown} unlabelled)"
    return {**counts, "reason": reason}
