"""Ground truth of clips, and columns of scores with ground truth."""

import dataclasses

import numpy as np
from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class TrueClip:
    """Label, domain and names of a clip, published after the challenge.

    Args:
        is_anomaly: Whether the clip is an anomaly.
        domain: Domain, `"source"` or `"target"`; `None` in 2020.
        original_names: Names before anonymisation, those with the shortest
            attributes first; empty if not published.

    >>> TrueClip(True, "source").original_names
    ()
    """

    is_anomaly: bool
    domain: str | None = None
    original_names: tuple[str, ...] = ()

    @property
    def original_name(self) -> str | None:
        """The first original name, or `None`."""
        return self.original_names[0] if self.original_names else None


@dataclasses.dataclass(frozen=True, eq=False)
class LabelledScores:
    """Scores of one system with the ground truth, as columns.

    Args:
        machines: Machine of each clip, `(clips,)`.
        sections: Section or id of each clip, `(clips,)`.
        domains: Domain of each clip, `"source"`, `"target"`, or `""` if there
            is none, `(clips,)`.
        is_anomaly: Booleans, `(clips,)`.
        scores: Anomaly scores, larger is stranger, `(clips,)`.
        decisions: Booleans, `(clips,)`, or `None` without decisions.
        notes: Notes for the reader of a table, one line each.

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
