"""What a watch keeps of one machine: alarm rule, limit, hours, drift."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from pipelines.watching.alarms.alarm_limit import AlarmLimit
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.alarm_limit import provisional_limit
from pipelines.watching.alarms.alarm_promise import describe_promise
from pipelines.watching.alarms.alarm_promise import fit_limit
from pipelines.watching.alarms.alarm_promise import needed_hours
from pipelines.watching.alarms.alarm_rule import AlarmRule
from pipelines.watching.alarms.normal_sound import normal_scores
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.machine_drift import MachineDrift
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow

# The limit is fitted at these shares of the hours that the requested rate
# needs, and stays from then on.
FIT_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 7)


class MachineWatch:
    """Turns the windows of a machine into alarms, and drift.

    Args:
        machine: Key of the machine.
        settings: The alarm rule, and the requested rate.
        num_clips: Number of its calibration clips.
        model: Digest of the model.
        step_seconds: Seconds from window to window.
        num_judged: Number of windows of it that the model has judged already.
        state: What `state` returned, of an earlier process.
        drift: How often a drift may be told by mistake.

    >>> watch = MachineWatch("fan/all", AlarmSettings(), 50, "digest", 10.0)
    >>> watch.limit.is_p_value, watch.promise()
    (True, 'provisional: 0 of 24 hours of normal sound heard that 1 false ...
    """

    def __init__(
        self,
        machine: str,
        settings: AlarmSettings,
        num_clips: int,
        model: str,
        step_seconds: float,
        num_judged: int = 0,
        state: Mapping[str, Any] | None = None,
        drift: DriftSettings | None = None,
    ):
        self.machine, self.settings, self.model = machine, settings, model
        self._step_seconds = step_seconds
        self._num_judged, self.num_fits = num_judged, 0
        drift_state = state.get("drift") if state else None
        drift = drift or DriftSettings()
        self.drift = MachineDrift(machine, drift, model, drift_state)
        limit = provisional_limit(num_clips)
        asked = dataclasses.asdict(settings)
        if state and (state["model"], state["settings"]) == (model, asked):
            limit = AlarmLimit(**state["limit"])
            self.num_fits = state["num_fits"]
            self._rule = AlarmRule(settings, limit, state["rule"])
        else:
            self._rule = AlarmRule(settings, limit)

    @property
    def limit(self) -> AlarmLimit:
        """Limit in use."""
        return self._rule.limit

    @property
    def hours(self) -> float:
        """Hours of its sound that the model has judged."""
        return self._num_judged * self._step_seconds / 3600.0

    @property
    def is_alarm(self) -> bool:
        """Whether there is an alarm now."""
        return self._rule.is_alarm

    @property
    def state(self) -> dict[str, Any]:
        """What a later process goes on from, as plain JSON."""
        return {
            "model": self.model,
            "settings": dataclasses.asdict(self.settings),
            "limit": dataclasses.asdict(self.limit),
            "num_fits": self.num_fits,
            "rule": self._rule.state,
            "drift": self.drift.state,
        }

    def promise(self) -> str:
        """The sentence that says what rate of false alarms is promised."""
        return describe_promise(self.limit, self.settings, self.hours)

    def judge(
        self, window: JudgedWindow, is_muted: bool = False
    ) -> tuple[JudgedWindow, list[Event]]:
        """Takes the next window.

        Args:
            window: Window with its score.
            is_muted: Whether an alarm is not to be passed on.

        Returns:
            The window with its strangeness, and the events that it raised.
        """
        change = self._rule.judge(window)
        if window.anomaly_score is None:
            return window, []
        self._num_judged += 1
        self.drift.hear(window)
        judged = dataclasses.replace(window, strangeness=self._rule.strangeness)
        if change is None:
            return judged, []
        end = window.time + window.seconds
        details = {
            "onset": change.onset,
            "peak": change.peak,
            "limit": self.limit.begin,
            "is_p_value": self.limit.is_p_value,
            "promised_per_week": self.limit.promised_per_week,
            "muted": is_muted,
        }
        kind = "alarm" if change.is_alarm else "alarm_ended"
        message = self._describe_alarm(change.is_alarm, change.onset, end)
        event = Event(kind, end, window.source, self.machine, message, details)
        return judged, [event]

    def replaced(self, promise: str, time: float) -> list[Event]:
        """Events as another version of the model judges this machine on.

        Args:
            promise: Sentence on what is promised from now on.
            time: Now, in seconds since 1970.
        """
        events = []
        if self.is_alarm:
            details = {
                "onset": self._rule.onset,
                "peak": self._rule.peak,
                "promised_per_week": self.limit.promised_per_week,
            }
            message = "Ended by another version of the model."
            events.append(
                Event("alarm_ended", time, "", self.machine, message, details)
            )
        if self.drift.is_drift:
            events.append(self.drift.end(time))
        message = f"Another version of the model judges it; {promise}"
        events.append(Event("model_changed", time, "", self.machine, message))
        return events

    def learn(self, history: History, time: float) -> list[Event]:
        """Fits the limit anew where enough hours were heard since the last.

        Args:
            history: History with all windows so far.
            time: Now, in seconds since 1970.

        Returns:
            Events where the promise has changed, or drift began or ended.
        """
        return [*self._fit(history, time), *self.drift.learn(history)]

    def _fit(self, history: History, time: float) -> list[Event]:
        if self.num_fits == len(FIT_SHARES):
            return []
        needed = needed_hours(self.settings.false_alarms_per_week)
        if self.hours < FIT_SHARES[self.num_fits] * needed:
            return []
        while (
            self.num_fits < len(FIT_SHARES)
            and self.hours >= FIT_SHARES[self.num_fits] * needed
        ):
            self.num_fits += 1
        memory = self.settings.num_windows
        parts = normal_scores(history, self.machine, self.model, memory)
        limit = fit_limit(parts, self._step_seconds, self.settings)
        if limit is None:
            return []
        self._rule.set_limit(limit)
        details = dataclasses.asdict(limit)
        return [
            Event("promise", time, "", self.machine, self.promise(), details)
        ]

    def _describe_alarm(self, is_alarm: bool, onset: float, end: float) -> str:
        if not is_alarm:
            minutes = (end - onset) / 60
            return f"Sounds as usual again, after {minutes:.3g} minutes."
        since = datetime.datetime.fromtimestamp(onset).astimezone()
        rule = (
            f"{self.settings.num_strange} of {self.settings.num_windows} "
            "windows are beyond its limit"
        )
        promised = self.limit.promised_per_week
        note = ""
        if promised is None:
            note = " (provisional: no rate of false alarms is promised yet)"
        elif promised > self.settings.false_alarms_per_week:
            note = f" (provisional: {promised:.3g} false alarms a week)"
        return f"Sounds unusual since {since:%Y-%m-%d %H:%M:%S}: {rule}{note}."
