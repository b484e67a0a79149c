"""Common parts of the figures: parameter axis, labels and legend."""

import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR
from pipelines.files.names import printable
from tuning.settings.ranges import RANGES
from tuning.settings.values import Value
from tuning.showing.effects import is_logarithmic
from tuning.showing.effects import is_numeric
from tuning.showing.effects import ordered_choices
from tuning.showing.trial_ranking import format_value

# Longer ranges of a logarithmic axis have ticks at powers of ten only.
MAX_DECADES = 2.2
TRIAL_COLOR, BEST_COLOR = NORMAL_COLOR, ANOMALY_COLOR
LABEL_WIDTH = 16
LEGEND_INCHES = 2.2


class ParameterAxis:
    """An axis from 0 to 1 that covers a parameter's whole range.

    Args:
        name: Name of the parameter.
        values: Values that the axis must cover, in addition to the range.

    >>> axis = ParameterAxis("scale", [30.0])
    >>> axis.position(8.0), axis.position(128.0), round(axis.position(32.0), 6)
    (0.0, 1.0, 0.5)
    >>> [label for _, label in axis.ticks]
    ['10', '20', '50', '100']
    """

    def __init__(self, name: str, values: Sequence[Value]):
        self.choices: list[Value] = []
        if not is_numeric(values):
            self.choices = ordered_choices(name, values)
            return
        bounds = [float(value) for value in values]
        if name in RANGES:
            limits = RANGES[name].low, RANGES[name].high
            bounds += [limit for limit in limits if limit is not None]
        self._name, self._is_log = name, is_logarithmic(name)
        if self._is_log:
            bounds = [value for value in bounds if value > 0]
        self._low, self._high = min(bounds), max(bounds)

    def position(self, value: Value) -> float:
        """Position of a value, from 0 to 1; NaN if it is not on the axis."""
        if self.choices:
            if value not in self.choices:
                return math.nan
            return (self.choices.index(value) + 0.5) / len(self.choices)
        number = float(value)
        if self._is_log and number <= 0:
            return math.nan
        if self._low == self._high:
            return 0.5
        low, middle, high = map(self._measure, (self._low, number, self._high))
        return (middle - low) / (high - low)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Positions and labels of the ticks."""
        values: Sequence[Value] = self.choices or self._numbers()
        return [(self.position(value), format_value(value)) for value in values]

    def _measure(self, value: float) -> float:
        return math.log(value) if self._is_log else value

    def _numbers(self) -> list[float]:
        low, high = self._low, self._high
        step = RANGES[self._name].step if self._name in RANGES else None
        ticks = list(MaxNLocator(5).tick_values(low, high))
        if self._is_log and step:
            count = round(math.log(high / low, step)) + 1
            ticks = [low * step**power for power in range(count)]
        elif self._is_log:
            is_long = math.log10(high / low) > MAX_DECADES
            powers = range(math.floor(math.log10(low)), 20)
            ticks = [
                mantissa * 10.0**power
                for power in powers
                for mantissa in ((1,) if is_long else (1, 2, 5))
            ]
        margin = 1e-9 * abs(high)
        kept = [t for t in ticks if low - margin <= t <= high + margin]
        return kept if len(kept) > 1 else sorted({low, high})


def wrap_label(text: str) -> str:
    r"""Returns a name in lines of about 16 letters, broken at underscores.

    >>> wrap_label("waveform_and_log_mel")
    'waveform_and_\nlog_mel'
    """
    lines = [""]
    for part in printable(text).replace("_", "_\n").splitlines():
        if lines[-1] and len(lines[-1] + part) > LABEL_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def add_legend(figure: Figure) -> None:
    """Adds a legend below the panels of a figure, without duplicates.

    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], label="best")
    >>> add_legend(figure)
    >>> [text.get_text() for text in figure.legends[0].get_texts()]
    ['best']
    """
    handles: Mapping[str, Any] = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    legend = figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=max(int(figure.get_figwidth() / LEGEND_INCHES), 1),
        frameon=False,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
