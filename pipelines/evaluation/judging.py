"""Bootstrap intervals of AUC, pAUC, mAUC and the official score."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import effective_clips
from keras_asd.metrics import lowest_area
from keras_asd.metrics import roc_curves
from keras_asd.metrics import section_counts
from keras_asd.metrics import standardized_area
from keras_asd.metrics.dcase import MAX_FPR
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.drawn import average
from pipelines.evaluation.drawn import worst
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.official.judgement import Unjudged
from pipelines.evaluation.official.official import official_of_clips
from pipelines.methods.scored_clip import ScoredClip

NUM_RESAMPLES = 1000
RESAMPLING = (
    f"{NUM_RESAMPLES} bootstrap resamples of the test clips within machine, "
    "section, domain and label"
)

Areas = dict[str, Drawn]
_MAX_FPR = {"auc": 1.0, "pauc": MAX_FPR}


@dataclasses.dataclass(frozen=True, eq=False)
class Judged:
    """Metrics of scored clips, with bootstrap resamples.

    Resamples depend on the clips only, not on their scores, so systems can be
    compared resample by resample.

    Args:
        num_clips: Numbers of normal clips, anomalies and clips of unknown
            label, for each machine and section.
        clips: Paths of the clips of `sections`, section by section.
        sections: Metrics `auc` and `pauc` of each machine and section with
            clips of both labels.
        machines: Metrics `auc`, `pauc` and `mauc` of each machine.
        pooled: Metrics `auc` and `pauc` of one curve over all clips of a
            machine.
        means: Means over the machines of `auc`, `pauc`, `mauc`, `pooled_auc`
            and `pooled_pauc`; by the official rules `official_score`, and
            `domain_auc` and `domain_pauc`, means over all sections and domains.
            NaN where there is none.
        official: Official numbers, or the reasons why there are none.

    >>> Judged({}, (), {}, {}, {}, {}, Unjudged(("no clip",))).left_out
    ()
    """

    num_clips: dict[tuple[str, str], tuple[int, int, int]]
    clips: tuple[str, ...]
    sections: dict[tuple[str, str], Areas]
    machines: dict[str, Areas]
    pooled: dict[str, Areas]
    means: Areas
    official: Judgement | Unjudged

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sections without clips of both labels."""
        return tuple(
            "/".join(key) for key in self.num_clips if key not in self.sections
        )


def judge_clips(
    scored_clips: Sequence[ScoredClip],
    year: int | None = None,
    num_resamples: int = NUM_RESAMPLES,
) -> Judged:
    """Evaluates scored clips by the papers' and the challenge's metrics.

    AUC and pAUC are computed per section over both domains, then averaged over
    the sections of a machine, then over machines; mAUC is the AUC of a
    machine's worst section. Clips are resampled by
    `keras_asd.metrics.section_counts`; the official numbers use the same
    resamples.

    Args:
        scored_clips: Scored clips, in any order; those of unknown label are
            ignored.
        year: Year of the rules of the official score; guessed from the clips if
            `None`.
        num_resamples: Number of bootstrap resamples.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 2) for i in range(6)]
    >>> scored = [ScoredClip(clip, i) for i, clip in enumerate(clips)]
    >>> judge_clips(scored, 2020).means["auc"].number
    1.0

    Reference: Koizumi et al., https://arxiv.org/abs/2006.05822, for AUC and
    pAUC; Liu et al., https://arxiv.org/abs/2201.05510, for mAUC.
    """
    kept = sorted(scored_clips, key=_section_and_path)
    clips = [one.clip for one in kept]
    keys = np.array([(c.machine, c.section) for c in clips], str).reshape(-1, 2)
    labels = np.array([_label(c.is_anomaly) for c in clips])
    scores = np.array([one.anomaly_score for one in kept])
    known = labels >= 0
    counts = np.ones((1 + num_resamples, len(clips)), np.int64)
    counts[1:, known] = section_counts(
        keys[known, 0],
        keys[known, 1],
        np.array([clip.domain or "" for clip in clips], str)[known],
        labels[known],
        num_resamples,
    )

    def areas(inside) -> Areas | None:
        inside = inside & known
        if len(set(labels[inside].tolist())) < 2:
            return None
        rates = roc_curves(labels[inside], scores[inside], counts[:, inside])
        num_anomaly = int(np.sum(labels[inside]))
        num_normal = int(np.sum(inside)) - num_anomaly
        return {
            name: Drawn(
                standardized_area(*rates, max_fpr=max_fpr),
                effective_clips(num_normal, num_anomaly, max_fpr),
                lowest_area(max_fpr),
            )
            for name, max_fpr in _MAX_FPR.items()
        }

    num_clips, sections, pooled = {}, {}, {}
    chosen = np.zeros(len(clips), bool)
    for key in sorted({(clip.machine, clip.section) for clip in clips}):
        inside = np.all(keys == key, axis=1)
        own = labels[inside].tolist()
        num_clips[key] = own.count(0), own.count(1), own.count(-1)
        if (found := areas(inside)) is not None:
            sections[key] = found
            chosen |= inside & known
    for machine in sorted({machine for machine, _ in num_clips}):
        if (found := areas(keys[:, 0] == machine)) is not None:
            pooled[machine] = found
    machines = _machines(sections)
    official = official_of_clips(kept, year, True, num_resamples)
    nothing = Drawn(np.full(1 + num_resamples, np.nan))
    means = {
        name: _mean(machines, name, nothing) for name in ("auc", "pauc", "mauc")
    }
    means["pooled_auc"] = _mean(pooled, "auc", nothing)
    means["pooled_pauc"] = _mean(pooled, "pauc", nothing)
    paths = tuple(str(clips[i].path) for i in np.flatnonzero(chosen))
    means |= _official_means(official, nothing)
    return Judged(num_clips, paths, sections, machines, pooled, means, official)


def _section_and_path(scored: ScoredClip):
    clip = scored.clip
    return clip.machine, clip.section, clip.path


def _label(is_anomaly: bool | None) -> int:
    return -1 if is_anomaly is None else int(is_anomaly)


def _machines(sections: dict[tuple[str, str], Areas]) -> dict[str, Areas]:
    machines = {}
    for machine in sorted({machine for machine, _ in sections}):
        parts = [one for key, one in sections.items() if key[0] == machine]
        aucs = [areas["auc"] for areas in parts]
        machines[machine] = {
            "auc": average(aucs),
            "pauc": average([areas["pauc"] for areas in parts]),
            "mauc": worst(aucs),
        }
    return machines


def _mean(machines: dict[str, Areas], name: str, nothing: Drawn) -> Drawn:
    found = [areas[name] for areas in machines.values()]
    return average(found) if found else nothing


def _official_means(official: Judgement | Unjudged, nothing: Drawn) -> Areas:
    if isinstance(official, Unjudged):
        names = ("official_score", "domain_auc", "domain_pauc")
        return dict.fromkeys(names, nothing)
    return {
        "official_score": official.drawn,
        "domain_auc": _domain_mean(official, "auc"),
        "domain_pauc": _domain_mean(official, "pauc"),
    }


def _domain_mean(official: Judgement, kind: str) -> Drawn:
    """Mean of AUC or pAUC over all sections and, if known, domains."""
    names = [n for n in official.scores.numbers if n.split("_")[0] == kind]
    means = [
        np.mean([scores.arithmetic_mean(name) for name in names], axis=0)
        for scores in (official.scores, official.resampled)
    ]
    # The domains of a section share its clips.
    return Drawn(
        np.append(*means),
        min(official.scores.effective(name) for name in names),
        lowest_area(_MAX_FPR[kind]),
    )
