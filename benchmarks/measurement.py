"""Measurement with its unit and aim, timing, and reports."""

import dataclasses
import pathlib
import statistics
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Measurement:
    """A row of the table.

    Args:
        what: What was measured, with its sizes.
        value: Measured number; `None` where it cannot be measured here.
        unit: Unit of the number.
        at_least: Lower bound of the aim, included.
        below: Upper bound of the aim, not included.
        note: Reason why there is no number.

    >>> Measurement("training", 12.5, "clips/s", at_least=10).verdict
    'met'
    """

    what: str
    value: float | None
    unit: str
    at_least: float | None = None
    below: float | None = None
    note: str = ""

    @property
    def result(self) -> str:
        """The number with its unit, or why there is none."""
        if self.value is None:
            return self.note
        digits = 1 if self.value >= 10 else 3
        return f"{self.value:,.{digits}f} {self.unit}"

    @property
    def aim(self) -> str:
        """What was aimed at, empty where nothing was."""
        bounds = []
        if self.at_least is not None:
            bounds.append(f">= {self.at_least:g}")
        if self.below is not None:
            bounds.append(f"< {self.below:g}")
        return ", ".join(bounds)

    @property
    def verdict(self) -> str:
        """`met` or `not met`, empty without an aim or a number."""
        if self.value is None or not self.aim:
            return ""
        is_met = (self.at_least is None or self.value >= self.at_least) and (
            self.below is None or self.value < self.below
        )
        return "met" if is_met else "not met"


def time_calls(
    function: Callable[[], object], repeats: int, warm_ups: int = 1
) -> list[float]:
    """Seconds of each of the repeated calls, after some that do not count.

    >>> len(time_calls(lambda: None, repeats=3))
    3
    """
    for _ in range(warm_ups):
        function()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return seconds


def rate(function: Callable[[], object], num_clips: int, repeats: int) -> float:
    """Clips per second: the median over the repeats, after a warm-up.

    >>> rate(lambda: time.sleep(0.01), num_clips=1, repeats=3) < 101
    True
    """
    return num_clips / statistics.median(time_calls(function, repeats))


def print_report(text: str, path: str | None) -> None:
    """Prints a report in Markdown, and writes it to a file if there is one."""
    print(text)
    if path:
        pathlib.Path(path).write_text(text + "\n", encoding="utf-8")
