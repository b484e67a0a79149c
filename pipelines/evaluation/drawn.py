"""A metric on the clips as they are and on their resamples."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import effective_of_mean
from keras_asd.metrics import share_interval
from keras_asd.metrics.share_interval import MIN_CLIPS

CONFIDENCE = 0.95
# Notes for the reader of a table.
FEW_CLIPS = (
    f"An interval needs {MIN_CLIPS} clips of each label in every section, that "
    "of a pAUC or an official score 10 normal ones."
)
HIGH_PAUC = (
    "pAUC runs high with few normal clips, at an AUC of 76 % by 4 points with "
    "10 of them, 2 with 30, 1 with 50; its interval allows for that."
)


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """A metric on the clips as they are and on their resamples.

    Args:
        values: The metric on the original clips, then on each resample,
            `(1 + resamples,)`. NaN where there is none.
        num_effective: Effective clips, see `keras_asd.metrics.effective_clips`.
        lowest: The least value that the metric can have.

    >>> drawn = Drawn(np.array([0.5, 0.25, 0.75]))
    >>> drawn.number
    0.5
    """

    values: NDArray[np.float64]
    num_effective: float = math.inf
    lowest: float = 0.0

    @property
    def number(self) -> float:
        """The metric on the clips as they are."""
        return float(self.values[0])

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval at 95 %; `None` where the clips are too few for it."""
        return share_interval(
            self.values, self.num_effective, CONFIDENCE, self.lowest
        )

    def with_values(self, values: NDArray[np.float64]) -> "Drawn":
        """The same number of clips with other values."""
        return dataclasses.replace(self, values=values)


def average(drawn: Sequence[Drawn]) -> Drawn:
    """Mean of metrics of different clips, such as of machines.

    >>> average([Drawn(np.array([0.5])), Drawn(np.array([1.0]))]).number
    0.75
    """
    return Drawn(
        np.mean([one.values for one in drawn], axis=0),
        effective_of_mean([one.num_effective for one in drawn]),
        drawn[0].lowest,
    )


def worst(drawn: Sequence[Drawn]) -> Drawn:
    """Least of metrics of different clips, such as of sections.

    >>> worst([Drawn(np.array([0.5])), Drawn(np.array([1.0]))]).number
    0.5
    """
    return Drawn(
        np.min([one.values for one in drawn], axis=0),
        min(one.num_effective for one in drawn),
        drawn[0].lowest,
    )
