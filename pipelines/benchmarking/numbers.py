"""From the trainings of a row to its numbers."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import official_scores
from keras_asd.metrics import percentile_interval
from keras_asd.metrics import resampled_scores
from pipelines.benchmarking.cell import Cell
from pipelines.methods.scored_clip import ScoredClip

NUM_RESAMPLES = 1000


@dataclasses.dataclass(frozen=True)
class Number:
    """A mean over seeds, how far the seeds lie apart, and an interval.

    Args:
        mean: Over the seeds.
        deviation: Standard deviation over the seeds; 0 for one seed.
        interval: 95 % of the means over the seeds on resampled test clips.

    >>> Number(0.7, 0.02, (0.6, 0.8)).is_above(0.5)
    True
    """

    mean: float
    deviation: float
    interval: tuple[float, float]

    def is_above(self, value: float) -> bool:
        """Whether the whole interval is."""
        return self.interval[0] > value


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

    The same resamples of the test clips serve every seed and every row.

    Args:
        name: Of the row.
        cells: Its trainings, on the same test clips.
        year: Whose rules hold.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 2) for i in range(6)]
    >>> scored = tuple(ScoredClip(clip, i) for i, clip in enumerate(clips))
    >>> row_numbers("AdaCos", [Cell(scored, 0.9, 12)], 2020).auc.mean
    1.0
    """
    found = [measure_scores(cell.scored_clips, year) for cell in cells]
    numbers = {}
    for metric in ("auc", "pauc", "official_score"):
        own = [one[metric][0] for one in found]
        resampled = np.mean([one[metric][1] for one in found], axis=0)
        numbers[metric] = Number(
            float(np.mean(own)),
            float(np.std(own, ddof=1)) if len(own) > 1 else 0.0,
            percentile_interval(resampled),
        )
    return RowNumbers(
        name=name,
        spreads=tuple(cell.spread for cell in cells),
        num_classes=cells[0].num_classes,
        **numbers,
    )


def measure_scores(
    scored_clips: Sequence[ScoredClip], year: int
) -> dict[str, tuple[float, np.ndarray]]:
    """`auc`, `pauc` and `official_score` of scored clips, and resampled.

    The same clips are resampled alike, whatever their scores, so that
    differences may be taken resample by resample.

    Args:
        scored_clips: Those of unknown label do not count.
        year: Whose rules hold.

    Returns:
        For each metric its value, and `(NUM_RESAMPLES,)` on resamples.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> path = pathlib.Path("a.wav")
    >>> clips = [Clip(path, "fan", "id_00", "test", i > 2) for i in range(6)]
    >>> scored = [ScoredClip(clip, i) for i, clip in enumerate(clips)]
    >>> measure_scores(scored, 2020)["auc"][1].shape
    (1000,)
    """
    scored_clips = [
        one for one in scored_clips if one.clip.is_anomaly is not None
    ]
    clips = [one.clip for one in scored_clips]
    arguments = (
        year,
        np.array([clip.machine for clip in clips]),
        np.array([clip.section for clip in clips]),
        np.array([clip.domain or "" for clip in clips]),
        np.array([clip.is_anomaly for clip in clips], dtype=bool),
        np.array([one.anomaly_score for one in scored_clips]),
    )
    pair = (
        official_scores(*arguments, leave_out_incomplete=True),
        resampled_scores(*arguments, NUM_RESAMPLES, leave_out_incomplete=True),
    )
    return {
        "official_score": tuple(one.official_score for one in pair),
        **{
            metric: tuple(
                np.mean(
                    [
                        one.arithmetic_mean(name)
                        for name in one.numbers
                        if name.partition("_")[0] == metric
                    ],
                    axis=0,
                )
                for one in pair
            )
            for metric in ("auc", "pauc")
        },
    }
