"""Official metrics of a system, section by section."""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import dcase_years
from keras_asd.metrics.share_interval import effective_of_mean


@dataclasses.dataclass(frozen=True, eq=False)
class OfficialScores:
    """The numbers of each section and what the challenge makes of them.

    Args:
        year: Integer, the year whose rules hold.
        machines: The machine of each section.
        sections: The name of each section.
        numbers: For each of `number_names(year)` the sections' numbers as
            shares, `(sections,)`, or `(resamples, sections)`. All results
            keep the leading axis.
        left_out: One line for each section left out, with its reason.
        sizes: For each number the sections' effective clips, `(sections,)`;
            see `effective_clips`. Empty if unknown.

    >>> numbers = {"auc": np.array([0.9, 0.7]), "pauc": np.array([0.6, 0.6])}
    >>> scores = OfficialScores(2020, ("fan", "fan"), ("id_01", "id_03"),
    ...                         numbers)
    >>> round(float(scores.official_score), 4), float(scores.mauc)
    (0.7, 0.7)

    Reference: the official evaluators of DCASE Task 2, 2020 to 2026; for
    `mauc`, Liu et al., https://arxiv.org/abs/2201.05510.
    """

    year: int
    machines: tuple[str, ...]
    sections: tuple[str, ...]
    numbers: Mapping[str, NDArray[np.float64]]
    left_out: tuple[str, ...] = ()
    sizes: Mapping[str, NDArray[np.float64]] = dataclasses.field(
        default_factory=dict
    )

    @property
    def official_score(self) -> NDArray[np.float64]:
        """The one number by which systems are ranked."""
        return dcase_years.official_score(
            self.year, self.machines, self.numbers
        )

    @property
    def mauc(self) -> NDArray[np.float64] | None:
        """Mean over machines of the worst id's AUC; `None` after 2020."""
        if self.year != 2020:
            return None
        worst = [
            self.of_machine(machine).numbers["auc"].min(axis=-1)
            for machine in sorted(set(self.machines))
        ]
        return np.mean(worst, axis=0)

    def harmonic_mean(self, name: str) -> NDArray[np.float64]:
        """Returns the harmonic mean of one number over the sections."""
        return dcase_years.harmonic_mean(self.numbers[name])

    def arithmetic_mean(self, name: str) -> NDArray[np.float64]:
        """Returns the mean of one number, in 2020 machine by machine."""
        if self.year == 2020:
            return dcase_years.mean_over_machines(
                self.machines, self.numbers[name]
            )
        return np.mean(self.numbers[name], axis=-1)

    def effective(self, kind: str = "") -> float:
        """Returns the effective clips of a mean over all sections.

        Args:
            kind: Number that is averaged; all of them by default. The clips of
                that mean are those of its AUCs, if every number has enough.
        """
        if not self.sizes:
            return math.inf
        rows = [r for name, r in self.sizes.items() if kind in ("", name)]
        if min(map(np.min, rows)) <= 0:
            return 0.0
        if not kind:
            rows = [r for name, r in self.sizes.items() if "pauc" not in name]
        # The numbers of a section share its clips.
        sizes = 1 / np.mean(1 / np.array(rows), axis=0)
        if self.year > 2020:
            return effective_of_mean(sizes)
        machines = np.asarray(self.machines)
        return effective_of_mean(
            [
                effective_of_mean(sizes[machines == machine])
                for machine in np.unique(machines)
            ]
        )

    def of_machine(self, machine: str) -> "OfficialScores":
        """Returns the part of one machine, with its own official score."""
        kept = [i for i, name in enumerate(self.machines) if name == machine]
        return OfficialScores(
            self.year,
            tuple(self.machines[i] for i in kept),
            tuple(self.sections[i] for i in kept),
            {name: row[..., kept] for name, row in self.numbers.items()},
            sizes={name: row[kept] for name, row in self.sizes.items()},
        )
