"""How often a drift may be told by mistake; needs no library, as `--help`."""

import dataclasses
import math

BLOCK_SECONDS = 6 * 3600.0
BLOCKS_PER_YEAR = 365.25 * 86_400.0 / BLOCK_SECONDS


@dataclasses.dataclass(frozen=True)
class DriftSettings:
    """How often a drift may be told by mistake.

    Args:
        false_drifts_per_year: Most false drifts a year of each machine.

    Raises:
        ValueError: If the rate is not positive.

    >>> DriftSettings(0.0)
    Traceback (most recent call last):
    ValueError: `false_drifts_per_year` must be a positive number. ...
    """

    false_drifts_per_year: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.false_drifts_per_year < math.inf:
            raise ValueError(
                "`false_drifts_per_year` must be a positive number. Received: "
                f"{self.false_drifts_per_year}."
            )

    @property
    def limit(self) -> float:
        """How far stakes must grow: to the blocks in the time of one drift."""
        return BLOCKS_PER_YEAR / self.false_drifts_per_year
