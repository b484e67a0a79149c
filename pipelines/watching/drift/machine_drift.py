"""Drift of one machine, from the windows in a history."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.watching.alarms.normal_sound import normal_windows
from pipelines.watching.drift.drift_rule import NUM_FIRST
from pipelines.watching.drift.drift_rule import NUM_NEEDED
from pipelines.watching.drift.drift_rule import DriftRule
from pipelines.watching.drift.drift_settings import BLOCK_SECONDS
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.moved_bands import describe_bands
from pipelines.watching.drift.moved_bands import moved_bands
from pipelines.watching.drift.own_strangeness import fit_knots
from pipelines.watching.drift.own_strangeness import own_p_value
from pipelines.watching.drift.own_strangeness import own_strangeness
from pipelines.watching.events import Event
from pipelines.watching.events import show_time
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow

# A block ends with its six hours, or as soon as it has so many windows, and
# half as many as those before it had.
LEAST_WINDOWS, LEAST_SHARE = 24, 0.5
# An alarm says enough for a day. What lasts longer is no longer left out.
ALARM_SECONDS = 86_400.0
DAY = 86_400.0


class MachineDrift:
    """Turns the windows of a machine into values of the rule, and events.

    Nothing is kept of windows but what the history has: as a block of six hours
    ends, its windows are read there.

    Args:
        machine: Key of the machine.
        settings: The promised rate.
        model: Digest of the model; that of another begins anew.
        state: What `state` returned, of an earlier process.

    >>> MachineDrift("fan", DriftSettings(), "digest").describe()
    'provisional: 0 of 7 days heard'
    """

    def __init__(
        self,
        machine: str,
        settings: DriftSettings,
        model: str,
        state: Mapping[str, Any] | None = None,
    ):
        self.machine, self.model = machine, model
        # Beginnings and ends of the blocks of the first day.
        self._first: list[list[float]] = []
        self._knots: list[float] = []
        # Of the open block, and the latest window in it.
        self._begin = self._end = self._latest = 0.0
        self._num_windows = self._num_blocks = 0
        self._medians: list[float] = []
        if state and state["model"] == model:
            self._first, self._knots = state["first"], state["knots"]
            self._begin, self._end = state["begin"], state["end"]
            self._latest = state["latest"]
            self._num_windows = state["windows"]
            self._num_blocks = state["blocks"]
            self._medians = state["medians"]
            self._rule = DriftRule(settings, state["rule"])
        else:
            self._rule = DriftRule(settings)
        # A drift that another version of the model ends, while nobody watched.
        self._is_over = bool(
            state and state["model"] != model and state["rule"]["is_drift"]
        )

    @property
    def state(self) -> dict[str, Any]:
        """What a later process goes on from, as plain JSON."""
        return {
            "model": self.model,
            "first": self._first,
            "knots": self._knots,
            "begin": self._begin,
            "end": self._end,
            "latest": self._latest,
            "windows": self._num_windows,
            "blocks": self._num_blocks,
            "medians": self._medians,
            "rule": self._rule.state,
        }

    @property
    def is_drift(self) -> bool:
        """Whether the machine has drifted."""
        return self._rule.is_drift

    @property
    def since(self) -> float:
        """When it began to, in seconds since 1970."""
        return self._rule.since

    @property
    def began(self) -> float:
        """When the first block began, in seconds since 1970."""
        return self._first[0][0] if self._first else self._begin

    @property
    def until(self) -> float:
        """When the last block ended, in seconds since 1970."""
        return self._begin

    @property
    def p_value(self) -> float | None:
        """Median p-value of the last day by the first one; `None` before."""
        if not self._medians:
            return None
        return own_p_value(float(np.mean(self._medians)))

    def describe(self) -> str:
        """The state in words."""
        if self.is_drift:
            return f"drift since {show_time(self.since)}"
        return self._provisional() or "no drift"

    def hear(self, window: JudgedWindow) -> None:
        """Notes the time of a window with a score."""
        # A clock that was set back must not stop it for good.
        if not self._end or window.time < self._begin - DAY:
            self._open(window.time)
        self._latest = max(self._latest, window.time)

    def learn(self, history: History) -> list[Event]:
        """Takes the blocks that have ended; returns an event for a change.

        Args:
            history: History with all windows so far.
        """
        events = [self.end(self._latest)] if self._is_over else []
        self._is_over = False
        while self._end and self._latest >= self._end:
            scores = self._scores(history, self._begin, self._end)
            least = LEAST_SHARE * self._num_windows / max(self._num_blocks, 1)
            if len(scores) < max(LEAST_WINDOWS, least):
                self._end += BLOCK_SECONDS
                continue
            events += self._close(history, scores)
        return events

    def end(self, time: float) -> Event:
        """The event as another version of the model judges the machine.

        Args:
            time: Now, in seconds since 1970.
        """
        message = "Ended by another version of the model."
        return Event("drift_ended", time, "", self.machine, message)

    def _open(self, time: float) -> None:
        self._begin = _block_begin(time)
        self._end = self._begin + BLOCK_SECONDS
        self._latest = time

    def _close(self, history: History, scores: np.ndarray) -> list[Event]:
        begin, end = self._begin, self._end
        self._begin, self._end = end, end + BLOCK_SECONDS
        self._num_windows += len(scores)
        self._num_blocks += 1
        if not self._knots:
            self._first.append([begin, end])
            if len(self._first) == NUM_FIRST:
                self._begin_rule(history)
            return []
        strangeness = own_strangeness(scores, self._knots)
        median = float(np.median(strangeness))
        self._medians = [*self._medians[-3:], median]
        if not self._rule.add(float(strangeness.mean()), begin):
            return []
        return [self._event(history, end)]

    def _begin_rule(self, history: History) -> None:
        """Measures the first day, whose blocks are the first values."""
        blocks = [self._scores(history, *block) for block in self._first]
        if not all(map(len, blocks)):  # Somebody had them forgotten.
            self._first = []
            return
        self._knots = fit_knots(np.concatenate(blocks))
        for (begin, _), scores in zip(self._first, blocks, strict=True):
            value = own_strangeness(scores, self._knots).mean()
            self._rule.add(float(value), begin)

    def _scores(self, history: History, begin: float, end: float) -> np.ndarray:
        windows = normal_windows(
            history, self.machine, self.model, begin, end, ALARM_SECONDS
        )
        return np.array([w.anomaly_score for w in windows], "float64")

    def _event(self, history: History, time: float) -> Event:
        if not self.is_drift:
            message = "Sounds as in the days before the drift again."
            return Event("drift_ended", time, "", self.machine, message)
        bands = moved_bands(
            history.spectra(self.machine, self.began, time), self.since
        )
        provisional = self._provisional()
        note = f" ({provisional})" if provisional else ""
        message = (
            f"Sounds different since {show_time(self.since)}: median p-value "
            f"{self.p_value:.2g} in the last day, 0.5 in the first; "
            f"{describe_bands(bands)}{note}. If it is in order, say what it "
            "sounds like now: keras-asd feedback RUN --normal CLIP... "
            f"--machine {self.machine}"
        )
        details = {
            "since": self.since,
            "p_value": self.p_value,
            "provisional": bool(provisional),
            "false_drifts_per_year": self._rule.settings.false_drifts_per_year,
            "bands": [
                {
                    "low_hz": band.low_hz,
                    "high_hz": band.high_hz,
                    "decibels": round(band.decibels, 2),
                }
                for band in bands
            ],
        }
        return Event("drift", time, "", self.machine, message, details)

    def _provisional(self) -> str:
        """How little was heard yet, empty where it is enough."""
        number = max(self._rule.num_values, len(self._first))
        if number >= NUM_NEEDED:
            return ""
        a_day = round(DAY / BLOCK_SECONDS)
        return (
            f"provisional: {number / a_day:.3g} of {NUM_NEEDED // a_day} days "
            "heard"
        )


def _block_begin(time: float) -> float:
    return time // BLOCK_SECONDS * BLOCK_SECONDS
