"""The record of why there is no official number."""

import dataclasses


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
        return "\n".join(["No official score:", *self.reasons]) + "\n"
