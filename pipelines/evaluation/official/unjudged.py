"""Reasons why there are no official numbers."""

import dataclasses

from pipelines.names import printable


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
