"""From the trainings of a row to its numbers."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import percentile_interval
from pipelines.benchmarking.cell import Cell
from pipelines.evaluation.judging import Drawn
from pipelines.evaluation.judging import judge_clips

# Over all sections and domains, since the studies are about domains, too.
METRICS = {
    "auc": "domain_auc",
    "pauc": "domain_pauc",
    "official_score": "official_score",
}


@dataclasses.dataclass(frozen=True)
class Number:
    """A mean over seeds, how far the seeds lie apart, and an interval.

    Args:
        mean: Over the seeds.
        deviation: Standard deviation over the seeds; 0 for one seed.
        interval: 95 % of the means over seeds and test clips drawn again.

    >>> Number(0.7, 0.02, (0.6, 0.8)).is_above(0.5)
    True
    """

    mean: float
    deviation: float
    interval: tuple[float, float]

    def is_above(self, value: float) -> bool:
        """Whether the whole interval is."""
        return self.interval[0] > value


def average_seeds(drawn: Sequence[Drawn]) -> Drawn:
    """Mean over the seeds; each resample draws the seeds again, too.

    The same seeds are drawn for every row, so that differences are paired.

    Args:
        drawn: Of each seed the number on the clips as they are, then on each
            resample of them, `(1 + resamples,)`.

    >>> average_seeds([np.array([0.25, 0.5]), np.array([0.75, 0.5])])
    array([0.5, 0.5])

    Reference: Davison & Hinkley, Bootstrap Methods and their Application,
    1997, section 3.8, for data of two levels.
    """
    rows = np.stack(drawn)
    generator = np.random.default_rng(0)
    seeds = generator.integers(len(rows), size=rows[:, 1:].shape)
    resampled = np.take_along_axis(rows[:, 1:], seeds, axis=0).mean(axis=0)
    return np.append(np.mean([row[0] for row in drawn]), resampled)


def number_of(drawn: Sequence[Drawn]) -> Number:
    """Summarizes what `average_seeds` takes.

    >>> number_of([np.array([0.25, 0.5]), np.array([0.75, 0.5])]).interval
    (0.5, 0.5)
    """
    own = [float(row[0]) for row in drawn]
    averaged = average_seeds(drawn)
    return Number(
        float(averaged[0]),
        float(np.std(own, ddof=1)) if len(own) > 1 else 0.0,
        percentile_interval(averaged[1:]),
    )


@dataclasses.dataclass(frozen=True)
class RowNumbers:
    """What a line of a study came to.

    Args:
        name: Of the line.
        auc: Mean AUC of all sections and domains.
        pauc: Mean pAUC of all sections.
        official_score: By the rules of the data's year.
        spreads: Of the embeddings, one a seed.
        num_classes: Auxiliary classes.

    >>> half = Number(0.5, 0.0, (0.4, 0.6))
    >>> RowNumbers("AdaCos", half, half, half, (0.9,), 12).spreads
    (0.9,)
    """

    name: str
    auc: Number
    pauc: Number
    official_score: Number
    spreads: tuple[float, ...]
    num_classes: int


def row_numbers(name: str, cells: Sequence[Cell], year: int) -> RowNumbers:
    """The numbers of a row from its trainings, one a seed.

    Args:
        name: Of the row.
        cells: Its trainings, on the same test clips.
        year: Whose rules hold.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> from pipelines.methods.scored_clip import ScoredClip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 2) for i in range(6)]
    >>> scored = tuple(ScoredClip(clip, i) for i, clip in enumerate(clips))
    >>> row_numbers("AdaCos", [Cell(scored, 0.9, 12)], 2020).auc.mean
    1.0
    """
    found = [judge_clips(cell.scored_clips, year).means for cell in cells]
    numbers = {
        metric: number_of([one[name] for one in found])
        for metric, name in METRICS.items()
    }
    return RowNumbers(
        name=name,
        spreads=tuple(cell.spread for cell in cells),
        num_classes=cells[0].num_classes,
        **numbers,
    )
