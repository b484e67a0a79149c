"""The record of why there is no official number."""

import dataclasses

from pipelines.evaluation.tables import printable


@dataclasses.dataclass(frozen=True)
class Unjudged:
    """Stands where a judgement would, and is false.

    Args:
        reasons: One line for each section that cannot be judged.

    >>> nothing = Unjudged(("fan/section_00 has no anomaly",))
    >>> bool(nothing)
    False
    """

    reasons: tuple[str, ...]

    def __bool__(self) -> bool:
        return False

    @property
    def table(self) -> str:
        """The reasons, for a terminal."""
        lines = ["No official score:", *map(printable, self.reasons)]
        return "\n".join(lines) + "\n"
