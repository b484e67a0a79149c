"""Alarms of an evaluation: faults found, and false alarms, by domain."""

import collections
import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.stats
from keras import ops
from numpy.typing import NDArray

from keras_asd.models import AnomalyDetector
from pipelines.calibration.false_alarms import CONFIDENCE
from pipelines.methods.scored_clip import ScoredClip


@dataclasses.dataclass(frozen=True)
class Alarms:
    """Decisions of the clips of one domain, or of all.

    Args:
        domain: `"source"`, `"target"`, `""` for clips of an unknown domain, or
            `"all"`.
        num_normal: Number of normal clips with a decision.
        num_false: Number of these that raised an alarm.
        band: Least and largest number of false alarms that the requested rate
            allows, with a probability of 95 %.
        num_faults: Number of anomalies with a decision.
        num_found: Number of these that raised an alarm.
        num_undecided: Number of clips without a decision.

    >>> Alarms("all", 200, 9, (3, 18), 50, 44, 0).is_kept
    True
    """

    domain: str
    num_normal: int
    num_false: int
    band: tuple[int, int]
    num_faults: int
    num_found: int
    num_undecided: int

    @property
    def is_kept(self) -> bool:
        """Whether the false alarms lie within the band."""
        return self.band[0] <= self.num_false <= self.band[1]


def alarms_of(
    detector: AnomalyDetector, scored_clips: Sequence[ScoredClip]
) -> dict[str, Any]:
    """The part `alarms` of `metrics.json` at the detector's own rate.

    Args:
        detector: Detector that scored the clips.
        scored_clips: Clips with decisions.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> from pipelines.settings.config import Config
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> labels = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> alarms_of(make_detector(config, labels), [])
    {'false_alarm_rate': 0.05, 'domains': []}
    """
    calibration = detector.calibration
    sizes = ops.convert_to_numpy(calibration.num_clips).astype(int).tolist()
    counts = dict(zip(detector.keys, sizes, strict=True))
    rate = calibration.false_alarm_rate
    return summarize_alarms(count_alarms(scored_clips, rate, counts), rate)


def count_alarms(
    scored_clips: Sequence[ScoredClip],
    rate: float,
    num_calibration_clips: Mapping[str, int],
) -> list[Alarms]:
    """Counts alarms of all clips and, where there are several, each domain's.

    The band is that of the sum of the sections' false alarms, each distributed
    as beta-binomial; see `calibration.false_alarms.fresh_alarms_band`.

    Args:
        scored_clips: Clips with decisions.
        rate: Requested false-alarm rate.
        num_calibration_clips: Number of normal clips behind the threshold of
            each section, by its name.

    >>> count_alarms([], 0.05, {})
    []
    """
    domains = sorted({one.clip.domain or "" for one in scored_clips})
    groups = {"all": list(scored_clips)} if scored_clips else {}
    if len(domains) > 1:
        for name in domains:
            groups[name] = [
                one for one in scored_clips if (one.clip.domain or "") == name
            ]
    return [
        _count(name, clips, rate, num_calibration_clips)
        for name, clips in groups.items()
    ]


def _count(
    domain: str,
    scored_clips: Sequence[ScoredClip],
    rate: float,
    num_calibration_clips: Mapping[str, int],
) -> Alarms:
    decided = [one for one in scored_clips if one.decision is not None]
    normal = [one for one in decided if one.clip.is_anomaly is False]
    faults = [one for one in decided if one.clip.is_anomaly]
    fresh = collections.Counter(one.clip.key for one in normal)
    sizes = [(num_calibration_clips[key], fresh[key]) for key in fresh]
    return Alarms(
        domain,
        len(normal),
        sum(bool(one.decision) for one in normal),
        _band(rate, sizes),
        len(faults),
        sum(bool(one.decision) for one in faults),
        len(scored_clips) - len(decided),
    )


def _band(rate: float, sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Band of the number of false alarms of several sections together."""
    shares: NDArray[np.float64] = np.ones(1)
    for num_clips, num_fresh in sizes:
        above = min(rate * (num_clips + 1), num_clips + 0.999)
        alarms = scipy.stats.betabinom(num_fresh, above, num_clips + 1 - above)
        shares = np.convolve(shares, alarms.pmf(np.arange(num_fresh + 1)))
    rising = np.cumsum(shares)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.searchsorted(rising, [tail, 1 - tail])
    return int(low), int(min(high, len(shares) - 1))


def summarize_alarms(alarms: Sequence[Alarms], rate: float) -> dict[str, Any]:
    """The part `alarms` of `metrics.json`.

    >>> summarize_alarms([], 0.05)
    {'false_alarm_rate': 0.05, 'domains': []}
    """
    domains = [dataclasses.asdict(each) for each in alarms]
    return {"false_alarm_rate": rate, "domains": domains}


def describe_alarms(summary: Mapping[str, Any]) -> list[str]:
    """Sentences about the alarms, one of each domain.

    Args:
        summary: Content of `metrics.json`.

    >>> describe_alarms({})
    []
    """
    if not summary.get("alarms", {}).get("domains"):
        return []
    rate = summary["alarms"]["false_alarm_rate"]
    lines = []
    for each in summary["alarms"]["domains"]:
        name = {"all": "", "": "unknown domain: "}.get(
            each["domain"], f"{each['domain']}: "
        )
        parts = []
        if each["num_faults"]:
            share = each["num_found"] / each["num_faults"]
            parts.append(
                f"{100 * share:.0f} % of {each['num_faults']} faults found"
            )
        if each["num_normal"]:
            low, high = (100 * end / each["num_normal"] for end in each["band"])
            share = each["num_false"] / each["num_normal"]
            parts.append(
                f"{100 * share:.1f} % of {each['num_normal']} normal clips "
                f"raised a false alarm, where {100 * rate:.3g} % were "
                f"requested (by chance {low:.1f} to {high:.1f} %)"
            )
        if each["num_undecided"]:
            parts.append(f"{each['num_undecided']} clips without a decision")
        lines.append(f"{name}{'; '.join(parts)}.")
    return lines
