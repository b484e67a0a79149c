"""Official metrics of a system, section by section."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import dcase_years


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

    def of_machine(self, machine: str) -> "OfficialScores":
        """Returns the part of one machine, with its own official score."""
        kept = [i for i, name in enumerate(self.machines) if name == machine]
        return OfficialScores(
            self.year,
            tuple(self.machines[i] for i in kept),
            tuple(self.sections[i] for i in kept),
            {name: row[..., kept] for name, row in self.numbers.items()},
        )
