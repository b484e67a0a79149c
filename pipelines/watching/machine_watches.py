"""All machines of a watch, each with its rule and its limit."""

from collections.abc import Mapping
from typing import Any

from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.alarms.machine_watch import MachineWatch
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.judge import Judge


class MachineWatches(dict[str, MachineWatch]):
    """What a watch keeps of each machine, by key.

    Args:
        judge: What scores windows.
        history: History of the watch.
        settings: The alarm rule, and the requested rate.
        step_seconds: Seconds from window to window.
        states: States of an earlier process, by key.
        drift: How often a drift may be told by mistake.
    """

    def __init__(
        self,
        judge: Judge,
        history: History,
        settings: AlarmSettings,
        step_seconds: float,
        states: Mapping[str, Mapping[str, Any]],
        drift: DriftSettings | None = None,
    ):
        self._history, self._settings = history, settings
        self._drift = drift
        self._step_seconds = step_seconds
        super().__init__(
            {
                key: self._make(judge, key, states.get(key))
                for key in judge.machines
            }
        )

    def take(self, judge: Judge, time: float) -> list[Event]:
        """Goes on with another version of the model.

        Machines that it judges as before keep their limits and alarms. A limit
        belongs to scores: that of another machine begins anew.

        Args:
            judge: What scores windows from now on.
            time: Now, in seconds since 1970.

        Returns:
            Events of the machines heard that it judges otherwise.
        """
        events = []
        before = dict(self)
        self.clear()
        for key, model in judge.models.items():
            old = before.get(key)
            if old is not None and old.model == model:
                self[key] = old
                continue
            self[key] = self._make(judge, key, None)
            if old is not None and old.hours:
                events += old.replaced(self[key].promise(), time)
        return events

    def _make(
        self, judge: Judge, key: str, state: Mapping[str, Any] | None
    ) -> MachineWatch:
        model = judge.models[key]
        return MachineWatch(
            key,
            self._settings,
            judge.num_clips.get(key, 0),
            model,
            self._step_seconds,
            self._history.num_judged(key, model),
            state,
            self._drift,
        )
