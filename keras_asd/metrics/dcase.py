"""Official metrics of DCASE Task 2, 2020 to 2026, on arrays."""

import numpy as np
from numpy.typing import ArrayLike

from keras_asd.metrics.dcase_clips import checked_counts
from keras_asd.metrics.dcase_clips import clip_columns
from keras_asd.metrics.dcase_clips import lacking_parts
from keras_asd.metrics.dcase_scores import OfficialScores
from keras_asd.metrics.dcase_years import number_names
from keras_asd.metrics.roc import roc_curves
from keras_asd.metrics.roc import standardized_area
from keras_asd.metrics.share_interval import effective_clips

MAX_FPR = 0.1


def official_scores(
    year: int,
    machines: ArrayLike,
    sections: ArrayLike,
    domains: ArrayLike | None,
    is_anomaly: ArrayLike,
    scores: ArrayLike,
    counts: ArrayLike | None = None,
    leave_out_incomplete: bool = False,
) -> OfficialScores:
    """Returns a year's numbers of each section and its official score.

    The clips may come in any order.

    Args:
        year: Integer, 2020 to 2026.
        machines: The machine of each clip, `(clips,)`.
        sections: Its section or id, `(clips,)`.
        domains: `"source"` or `"target"`, `(clips,)`. `None` in 2020.
        is_anomaly: Booleans, or zeros and ones, `(clips,)`.
        scores: Finite anomaly scores, larger is stranger, `(clips,)`.
        counts: How often each resample holds each clip,
            `(resamples, clips)`. With it, every number has a leading axis
            `(resamples,)`.
        leave_out_incomplete: Whether sections that lack a domain or a label
            are left out, and reported in `left_out`, instead of refused.

    Raises:
        ValueError: Where the arrays do not fit together, a section lacks a
            domain or a label (or every section, if they are left out), or
            a label or a score is none.

    >>> scores = official_scores(
    ...     2023, ["fan"] * 4, ["section_00"] * 4,
    ...     ["source", "target", "source", "target"],
    ...     is_anomaly=[0, 0, 1, 1], scores=[0.1, 0.5, 0.4, 0.9])
    >>> scores.numbers["auc_source"].tolist(), scores.numbers["auc_target"][0]
    ([1.0], 0.5)

    Reference: the official evaluators of DCASE Task 2, 2020 to 2026.
    """
    names = number_names(year)
    columns = clip_columns(machines, sections, domains, is_anomaly, scores)
    labels, values = columns[3].astype(bool), columns[4]
    resamples = None if counts is None else checked_counts(counts, values.size)
    keys = sorted(
        set(zip(columns[0].tolist(), columns[1].tolist(), strict=True))
    )
    complete, rows, sizes, left_out = [], [], [], []
    for machine, section in keys:
        inside = (columns[0] == machine) & (columns[1] == section)
        lacking = lacking_parts(year, columns[2][inside], labels[inside])
        if lacking:
            left_out.append(
                f"{machine}/{section} has no {', no '.join(lacking)}"
            )
            continue
        complete.append((machine, section))
        numbers = _section_numbers(
            year,
            columns[2][inside],
            labels[inside],
            values[inside],
            None if resamples is None else resamples[:, inside],
        )
        rows.append([numbers[name][0] for name in names])
        sizes.append([numbers[name][1] for name in names])
    if not complete or (left_out and not leave_out_incomplete):
        raise ValueError(
            f"Each section must have what the rules of {year} compare. "
            f"Received: {'; '.join(left_out) or 'no clip'}. Leave such "
            "sections out (`leave_out_incomplete`), or choose another year's "
            "rules."
        )
    return OfficialScores(
        year=year,
        machines=tuple(machine for machine, _ in complete),
        sections=tuple(section for _, section in complete),
        numbers={
            name: np.stack([row[index] for row in rows], axis=-1)
            for index, name in enumerate(names)
        },
        left_out=tuple(left_out),
        sizes=dict(zip(names, np.transpose(sizes), strict=True)),
    )


def _section_numbers(year, domains, labels, values, counts) -> dict:
    """Area and effective clips of each number."""
    numbers = {}
    for name in number_names(year):
        kind, _, domain = name.partition("_")
        kept = np.ones_like(labels)
        if domain:
            kept = domains == domain
            kept = kept if year == 2021 else kept | labels
        resamples = None if counts is None else counts[:, kept]
        rates = roc_curves(labels[kept], values[kept], resamples)
        max_fpr = MAX_FPR if kind == "pauc" else 1.0
        area = standardized_area(*rates, max_fpr=max_fpr)
        num_anomaly = int(np.sum(labels[kept]))
        num_normal = int(np.sum(kept)) - num_anomaly
        numbers[name] = (
            area[0] if counts is None else area,
            effective_clips(num_normal, num_anomaly, max_fpr),
        )
    return numbers
