"""The record of a system's scores beside the truth, as columns."""

import dataclasses

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True, eq=False)
class LabelledScores:
    """What the official numbers of one system are computed from.

    Args:
        machines: The machine of each clip, `(clips,)`.
        sections: Its section or id, `(clips,)`.
        domains: `"source"`, `"target"`, or `""` where there is none.
        is_anomaly: Booleans, `(clips,)`.
        scores: Anomaly scores, larger is stranger, `(clips,)`.
        decisions: Booleans, `(clips,)`, or `None` where there are none.
        notes: What the reader of a table should know, one line each.

    >>> column = np.array(["fan"])
    >>> scores = LabelledScores(column, column, column, column, column)
    >>> scores.decisions is None
    True
    """

    machines: NDArray[np.str_]
    sections: NDArray[np.str_]
    domains: NDArray[np.str_]
    is_anomaly: NDArray[np.bool_]
    scores: NDArray[np.float64]
    decisions: NDArray[np.bool_] | None = None
    notes: tuple[str, ...] = ()

    @property
    def clips(self) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
        """The five columns that `keras_asd.metrics` takes."""
        return (
            self.machines,
            self.sections,
            self.domains,
            self.is_anomaly,
            self.scores,
        )
