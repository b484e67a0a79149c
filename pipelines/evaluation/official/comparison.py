"""Comparison of two systems by the official score."""

import dataclasses

from keras_asd.metrics import PairedDifference
from pipelines.evaluation.official.judgement import Judgement


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Two judgements and the difference of their official scores.

    Args:
        first: Judgement of the first system.
        second: Judgement of the second system.
        difference: First minus second official score, on the same resamples.

    >>> Comparison.__name__
    'Comparison'
    """

    first: Judgement
    second: Judgement
    difference: PairedDifference

    @property
    def table(self) -> str:
        """Both tables and the difference as plain text."""
        parts = (self.first.table, self.second.table)
        return f"First\n{parts[0]}\nSecond\n{parts[1]}\n{self._verdict()}\n"

    @property
    def markdown(self) -> str:
        """Both tables and the difference, in Markdown."""
        parts = (self.first.markdown, self.second.markdown)
        return (
            f"### First\n\n{parts[0]}\n### Second\n\n{parts[1]}\n"
            f"{self._verdict()}\n"
        )

    def _verdict(self) -> str:
        difference = self.difference
        low, high = (100 * bound for bound in difference.interval)
        return (
            f"First less second: {100 * difference.difference:+.2f} points "
            f"({100 * difference.confidence:g} % interval {low:+.2f} to "
            f"{high:+.2f}, two-sided p = {difference.p_value:.3g}; paired "
            f"bootstrap of {difference.num_resamples} resamples)."
        )
