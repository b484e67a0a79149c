"""Official numbers of a system, with intervals and tables."""

import dataclasses
import functools
from collections.abc import Mapping

import numpy as np

from keras_asd.metrics import DecisionNumbers
from keras_asd.metrics import OfficialScores
from keras_asd.metrics import decision_numbers
from keras_asd.metrics import official_scores
from keras_asd.metrics import resampled_scores
from pipelines.evaluation.drawn import FEW_CLIPS
from pipelines.evaluation.drawn import HIGH_PAUC
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.official import paper_layout
from pipelines.evaluation.official.evaluators_ci95 import evaluators_ci95
from pipelines.evaluation.official.labelled_scores import LabelledScores
from pipelines.evaluation.tables import Block
from pipelines.evaluation.tables import markdown_text
from pipelines.evaluation.tables import plain_text
from pipelines.files.names import printable


@dataclasses.dataclass(frozen=True, eq=False)
class Judgement:
    """Official numbers of a system, with intervals and tables.

    Args:
        labelled: Clips with ground truth and scores.
        scores: Official numbers.
        resampled: Official numbers of each resample, for intervals.
        decisions: Precision, recall and F1 score of each machine, section
            and domain; empty without decisions.

    >>> column = np.repeat(["fan"], 4)
    >>> labelled = LabelledScores(
    ...     column, column, column, np.array([0, 0, 1, 1]), np.arange(4.0))
    >>> judge_scores(labelled, 2020).official_score
    1.0
    """

    labelled: LabelledScores
    scores: OfficialScores
    resampled: OfficialScores
    decisions: Mapping[tuple[str, str, str], DecisionNumbers]

    @functools.cached_property
    def evaluators_ci95(self) -> float | None:
        """The evaluators' interval, which is too small by a factor of N - 1.

        `None` for years in which they print none.
        """
        labels = self.labelled.is_anomaly.astype(bool)
        num_fewest = min(int(np.sum(labels)), int(np.sum(~labels)))
        if self.scores.year < 2022 or num_fewest < 2:
            return None
        return evaluators_ci95(labels, self.labelled.scores)

    @property
    def official_score(self) -> float:
        """The official score, by which systems are ranked, from 0 to 1."""
        return float(self.scores.official_score)

    @property
    def drawn(self) -> Drawn:
        """The official score, and that of each resample."""
        resampled = self.resampled.official_score
        values = np.append(self.official_score, resampled)
        return Drawn(values, self.scores.effective())

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the official score, or `None`."""
        return self.drawn.interval

    @property
    def table(self) -> str:
        """All numbers as plain text."""
        return plain_text(self._blocks())

    @property
    def markdown(self) -> str:
        """All numbers in Markdown."""
        return markdown_text(self._blocks())

    def _blocks(self) -> list[Block]:
        tables = [paper_layout.official_table(self.scores, self.resampled)]
        if len(set(self.scores.machines)) < len(self.scores.machines):
            tables.append(paper_layout.section_table(self.scores))
        if self.decisions:
            tables.append(paper_layout.decision_table(self.decisions))
        return [*tables, *self._notes()]

    def _notes(self) -> list[str]:
        num_resamples = self.resampled.official_score.size
        notes = [
            f"Official score by the rules of {self.scores.year}: "
            f"{paper_layout.percent(self.official_score)} %, interval "
            f"{paper_layout.bounds(self.drawn)}.",
            f"In brackets: 95 % interval of {num_resamples} bootstrap "
            f"resamples within machine, section, domain and label. {FEW_CLIPS} "
            f"{HIGH_PAUC}",
        ]
        if self.evaluators_ci95 is not None:
            notes.append(
                "The evaluators' own ci95, of scores in one pool and too "
                f"small by N - 1 = {self.labelled.scores.size - 1}: "
                f"{100 * self.evaluators_ci95:.4f} points."
            )
        left_out = [f"Left out: {reason}." for reason in self.scores.left_out]
        return [*notes, *left_out, *self.labelled.notes]


def judge_scores(
    labelled: LabelledScores,
    year: int,
    num_resamples: int = 1000,
    seed: int = 0,
    leave_out_incomplete: bool = False,
) -> Judgement:
    """Returns the official numbers by the rules of a year, with intervals.

    Args:
        labelled: Clips with ground truth and scores, in a fixed order.
        year: Integer, 2020 to 2026.
        num_resamples: Number of bootstrap resamples.
        seed: Seed of the bootstrap.
        leave_out_incomplete: See `keras_asd.metrics.official_scores`.

    Raises:
        ValueError: For the reasons of `keras_asd.metrics.official_scores`.

    >>> column = np.repeat(["fan"], 4)
    >>> labelled = LabelledScores(
    ...     column, column, column, np.array([0, 1, 0, 1]), np.arange(4.0))
    >>> judge_scores(labelled, 2020, num_resamples=9).scores.mauc
    0.75
    """
    return Judgement(
        labelled=labelled,
        scores=official_scores(
            year, *labelled.clips, leave_out_incomplete=leave_out_incomplete
        ),
        resampled=resampled_scores(
            year, *labelled.clips, num_resamples, seed, leave_out_incomplete
        ),
        decisions=_decisions(labelled),
    )


def _decisions(
    labelled: LabelledScores,
) -> dict[tuple[str, str, str], DecisionNumbers]:
    if labelled.decisions is None:
        return {}
    columns = (labelled.machines, labelled.sections, labelled.domains)
    keys = np.stack(columns)
    numbers = {}
    for key in np.unique(keys, axis=1).T:
        inside = np.all(keys == key[:, None], axis=0)
        machine, section, domain = key.tolist()
        numbers[machine, section, domain] = decision_numbers(
            labelled.is_anomaly[inside], labelled.decisions[inside]
        )
    return numbers


@dataclasses.dataclass(frozen=True)
class Unjudged:
    """Replaces a judgement that is not possible; its truth value is false.

    Args:
        reasons: Reasons, one line for each section.

    >>> nothing = Unjudged(("fan/section_00 has no anomaly",))
    >>> bool(nothing)
    False
    """

    reasons: tuple[str, ...]

    def __bool__(self) -> bool:
        return False

    @property
    def table(self) -> str:
        """The reasons as plain text."""
        lines = ["No official score:", *map(printable, self.reasons)]
        return "\n".join(lines) + "\n"
