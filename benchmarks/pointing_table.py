"""Tables of the pointing game: hit rates, their intervals and chance."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import scipy.stats

from pipelines.datasets.faults.placed import Region
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table

# Seconds and octaves that a point may be off a fault: narrow, and wide.
TOLERANCES = ((0.05, 0.25), (0.15, 0.5))
RATE = 0.05


@dataclasses.dataclass(frozen=True)
class FoundFault:
    """A fault, and where each picture says that it is.

    Args:
        kind: Kind of the fault.
        key: Key of the machine.
        p_value: P-value of the clip; `None` if there is none.
        region: Fields of the fault's `Region`.
        points: Time and frequency of each picture's strongest cell.
        chances: Share of each picture's cells that lie on the fault, for each
            of `TOLERANCES`.
    """

    kind: str
    key: str
    p_value: float | None
    region: Sequence[float]
    points: dict[str, Sequence[float]]
    chances: dict[str, Sequence[float]]

    def is_hit(self, point: Sequence[float], index: int = 0) -> bool:
        """Whether a point lies on the fault, with a tolerance."""
        return bool(Region(*self.region).holds(*point, *TOLERANCES[index]))


def hit_rate(
    faults: Sequence[FoundFault], picture: str, index: int = 0
) -> tuple[float, float, float]:
    """Share of the faults that a picture points at, and its 95 % interval.

    >>> fault = FoundFault("tone", "fan", 0.5, (0, 1, 100, 200),
    ...     {"map": (0.5, 150)}, {"map": (0.1, 0.2)})
    >>> [round(share, 2) for share in hit_rate([fault] * 20, "map")]
    [1.0, 0.84, 1.0]

    Reference: Wilson, https://doi.org/10.2307/2276774
    """
    hits = [fault.is_hit(fault.points[picture], index) for fault in faults]
    test = scipy.stats.binomtest(sum(hits), len(hits))
    low, high = test.proportion_ci(method="wilson")
    return float(np.mean(hits)), float(low), float(high)


def chance(faults: Sequence[FoundFault], picture: str, index: int = 0) -> float:
    """Hit rate of a random cell of the picture."""
    return float(np.mean([fault.chances[picture][index] for fault in faults]))


def other_faults(faults: Sequence[FoundFault], picture: str) -> float:
    """Share of the other faults that a picture's point would lie on.

    A picture that always points at the same place reaches its hit rate here,
    too.
    """
    shares = [
        np.mean(
            [
                other.is_hit(fault.points[picture])
                for other in faults
                if other is not fault
            ]
        )
        for fault in faults
    ]
    return float(np.mean(shares))


def make_table(faults: Sequence[FoundFault]) -> str:
    """Table of all pictures, in Markdown, with what the faults are."""
    alarms = [
        fault
        for fault in faults
        if fault.p_value is not None and fault.p_value <= RATE
    ]
    kinds = sorted({fault.kind for fault in faults})
    names = ("hit rate", "by chance", "another fault", "wide", "by chance")
    rows = []
    for name in faults[0].points:
        shares = [
            hit_rate(own, name)[0] if own else None
            for own in (
                alarms,
                *([f for f in faults if f.kind == kind] for kind in kinds),
            )
        ]
        share, low, high = hit_rate(faults, name)
        rows.append(
            [
                name,
                f"{_percent(share)} [{_percent(low)}, {_percent(high)}]",
                _percent(chance(faults, name)),
                _percent(other_faults(faults, name)),
                _percent(hit_rate(faults, name, 1)[0]),
                _percent(chance(faults, name, 1)),
                *map(_percent, shares),
            ]
        )
    text = (
        f"{len(faults)} faults of {len({f.key for f in faults})} machines, of "
        f"which {len(alarms)} raised an alarm."
    )
    header = ("picture", *names, "alarms", *kinds)
    return f"{text}\n\n{Table(header, rows).markdown()}"


def _percent(share: float | None) -> str:
    return NOTHING if share is None else f"{100 * share:.0f} %"
