"""Rules of each year of DCASE Task 2: metrics and averages."""

import sys
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

DOMAINS = ("source", "target")
_YEARS = (2020, 2026)


def number_names(year: int) -> tuple[str, ...]:
    """Returns the names of the numbers that a section has in that year.

    `"auc_source"` is read off source-domain normal clips: in 2021 against
    that domain's anomalies, from 2022 on against those of both domains.
    `"pauc"` is read off all clips of the section.

    Raises:
        ValueError: Where the task did not run in that year.

    >>> number_names(2020), number_names(2024)
    (('auc', 'pauc'), ('auc_source', 'auc_target', 'pauc'))

    Reference: the official evaluators of DCASE Task 2, 2020 to 2026.
    """
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(
            f"`year` must be one of the challenge, {_YEARS[0]} to {_YEARS[1]}. "
            f"Received: year={year}. Data of your own without domains is "
            "judged as 2020's, with domains as 2023's."
        )
    if year == 2020:
        return ("auc", "pauc")
    if year == 2021:
        return ("auc_source", "auc_target", "pauc_source", "pauc_target")
    return ("auc_source", "auc_target", "pauc")


def official_score(
    year: int, machines: Sequence[str], numbers: Mapping[str, ArrayLike]
) -> NDArray[np.float64]:
    """Returns the official score of the numbers of all sections.

    In 2020 the mean over machines of the mean of AUC and pAUC over the
    machine's ids; since 2021 the harmonic mean over every number of every
    section, each at least the smallest step from 1.

    Args:
        year: Integer, 2020 to 2026.
        machines: The machine of each section, `(sections,)`.
        numbers: For each of `number_names(year)` the sections' numbers as
            shares, `(..., sections)`.

    Returns:
        The official score, `(...)`.

    Raises:
        ValueError: Where a number is missing, or not one a section.

    >>> numbers = {"auc_source": [0.8], "auc_target": [0.4], "pauc": [0.6]}
    >>> round(float(official_score(2023, ["fan"], numbers)), 4)
    0.5538

    Reference: the official evaluators of DCASE Task 2, 2020 to 2026.
    """
    columns = []
    for name in number_names(year):
        column = np.asarray(numbers.get(name, ()), dtype=np.float64)
        if not machines or column.shape[-1:] != (len(machines),):
            raise ValueError(
                f"`numbers` of {year} must hold {', '.join(number_names(year))}"
                ", one number a section. Received: "
                f"numbers[{name!r}] of shape {column.shape} for "
                f"{len(machines)} sections."
            )
        columns.append(column)
    if year == 2020:
        return mean_over_machines(machines, np.mean(columns, axis=0))
    return harmonic_mean(np.concatenate(columns, axis=-1))


def harmonic_mean(values: ArrayLike) -> NDArray[np.float64]:
    """Returns the harmonic mean over the last axis, as the evaluators do.

    No value counts as less than `sys.float_info.epsilon`, so that an AUC of
    0 gives a mean of nearly 0 and no division by it.

    >>> float(harmonic_mean([0.25, 0.75]))
    0.375
    """
    floored = np.maximum(np.asarray(values), sys.float_info.epsilon)
    return 1 / np.mean(1 / floored, axis=-1)


def mean_over_machines(
    machines: Sequence[str], values: ArrayLike
) -> NDArray[np.float64]:
    """Returns the mean over machines of the mean over their sections.

    Args:
        machines: The machine of each section, `(sections,)`.
        values: `(..., sections)`.

    >>> float(mean_over_machines(["fan", "fan", "pump"], [0.25, 0.75, 1.0]))
    0.75
    """
    values, names = np.asarray(values), np.asarray(machines)
    means = [values[..., names == name].mean(-1) for name in np.unique(names)]
    return np.mean(means, axis=0)
