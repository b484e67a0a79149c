"""Drift at the level of scores: made-up histories, and what decibels do."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from benchmarks.drifting_line import BANDS
from benchmarks.drifting_line import DAY
from benchmarks.drifting_line import EVERY_SECONDS
from benchmarks.drifting_line import DriftingLine
from benchmarks.drifting_line import raise_band
from benchmarks.score_series import Dependence
from pipelines.watching.drift.drift_rule import DriftRule
from pipelines.watching.drift.drift_settings import BLOCK_SECONDS
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.own_strangeness import fit_knots
from pipelines.watching.drift.own_strangeness import own_strangeness
from pipelines.watching.judge import Judge

STEP_SECONDS = 10.0
DECIBELS = (0.75, 1.5, 3.0, 6.0)
PER_BLOCK = round(BLOCK_SECONDS / STEP_SECONDS)
PER_DAY = round(DAY / STEP_SECONDS)


@dataclasses.dataclass(frozen=True)
class Rise:
    """What a louder band does to the strangeness of a machine.

    Args:
        machine: Key of `DESIGNS`.
        band: Key of `BANDS`.
        shifts: Mean strangeness at each of `DECIBELS`, less that without.
    """

    machine: str
    band: str
    shifts: tuple[float, ...]

    def at(self, decibels: np.ndarray) -> np.ndarray:
        """Shift at decibels from 0 on; beyond 6 dB as at 6."""
        return np.interp(decibels, (0.0, *DECIBELS), (0.0, *self.shifts))


def measure_rises(
    judge: Judge, machine: str, num_windows: int
) -> list[tuple[str, str, tuple[float, ...]]]:
    """Scores windows of a made-up machine with each band raised.

    Args:
        judge: Model that knows `MACHINE/section_00`.
        machine: Key of `DESIGNS`.
        num_windows: Windows of the first day, and as many that are raised.

    Returns:
        Values of `Rise`, for each band.
    """
    key, rate = f"{machine}/section_00", judge.scorer.sampling_rate
    seconds = 2 * num_windows * EVERY_SECONDS
    line = DriftingLine(machine, key, "", 0, np.inf, seconds, line=77)
    waveforms = [w for _, w in line.windows(rate, judge.scorer.samples)]
    first, rest = waveforms[:num_windows], waveforms[num_windows:]
    knots = fit_knots(_score(judge, key, first))

    def shift(change: Callable[[np.ndarray], np.ndarray]) -> float:
        scores = _score(judge, key, [change(waveform) for waveform in rest])
        return float(own_strangeness(scores, knots).mean())

    usual = shift(lambda waveform: waveform)
    rises = []
    for band in BANDS:
        shifts = []
        for decibels in DECIBELS:

            def louder(waveform, band=band, decibels=decibels):
                return raise_band(waveform, rate, band, decibels)

            shifts.append(shift(louder) - usual)
        rises.append((machine, band, tuple(shifts)))
    return rises


def _score(
    judge: Judge, key: str, waveforms: Sequence[np.ndarray]
) -> np.ndarray:
    parts = [
        judge.scorer.score(
            np.clip(np.stack(part), -1.0, 1.0).astype("float32"),
            [key] * len(part),
            None,
        )["anomaly_score"]
        for part in (
            waveforms[begin : begin + 32]
            for begin in range(0, len(waveforms), 32)
        )
    ]
    return np.concatenate(parts).astype("float64")


def block_values(
    dependence: Dependence,
    generator: np.random.Generator,
    days: float,
    rise: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Values of the rule of one made-up machine, `(blocks,)`.

    Args:
        dependence: How its scores follow each other.
        generator: Source of chance.
        days: How long it is heard.
        rise: Shift of the strangeness at days from the beginning; none if
            `None`.
    """
    number = round(days * PER_DAY) // PER_BLOCK * PER_BLOCK
    logs = np.log(dependence.draw(generator, number))
    if rise is not None:
        shift = rise(np.arange(number) / PER_DAY)
        logs = logs + dependence.log_deviation * shift
    strangeness = own_strangeness(logs, fit_knots(logs[:PER_DAY]))
    return strangeness.reshape(-1, PER_BLOCK).mean(1)


def drift_days(
    values: np.ndarray, settings: DriftSettings | None = None
) -> list[float]:
    """Days after which drift was told, of the values of one machine.

    >>> drift_days(np.repeat([0.0, 0.1, 0.0, 1.0], [20, 1, 20, 9]))
    [11.0]
    """
    rule = DriftRule(settings or DriftSettings())
    return [
        (index + 1) * BLOCK_SECONDS / DAY
        for index, value in enumerate(values)
        if rule.add(float(value), 0.0) and rule.is_drift
    ]
