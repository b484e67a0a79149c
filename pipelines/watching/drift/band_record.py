"""Record of the frequency bands of machines, for a picture of their drift."""

import logging
import sqlite3

from pipelines.watching.drift.drift_settings import BLOCK_SECONDS
from pipelines.watching.events import Event
from pipelines.watching.gate.window_sound import WindowSound
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.listener import Listener
from pipelines.watching.sound_source import Window

logger = logging.getLogger(__name__)

# A window of each machine is measured so often, at most.
EVERY_SECONDS = 300.0


class BandRecord(Listener):
    """Keeps the mean spectrum of every six hours of each machine.

    A window in five minutes is measured, and none while there is an alarm.

    Args:
        history: History of the watch, which they are kept in.
        sampling_rate: Sampling rate of the windows in Hz.
        every_seconds: Time from one measured window to the next.

    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> window = JudgedWindow("", "fan", "", 0, 0.0, 1.0, 0.5, 0.5)
    >>> with History(pathlib.Path(tempfile.mkdtemp(), "h.sqlite")) as history:
    ...     record = BandRecord(history, 16_000)
    ...     record.keep("", Window(np.ones(16_000), 0.0, {}), window)
    ...     history.spectra("fan")[0].levels.shape
    (64,)
    """

    def __init__(
        self,
        history: History,
        sampling_rate: int,
        every_seconds: float = EVERY_SECONDS,
    ):
        self._history, self._rate = history, sampling_rate
        self._every_seconds = every_seconds
        self._times: dict[str, float] = {}
        self._alarms: set[str] = set()

    def keep(self, source: str, sound: Window, window: JudgedWindow) -> None:
        """Measures a window, where it is time to."""
        machine, time = window.machine, window.time
        last = self._times.get(machine, float("-inf"))
        if abs(time - last) < self._every_seconds:
            return
        if window.anomaly_score is None or machine in self._alarms:
            return
        self._times[machine] = time
        levels = WindowSound(sound.waveform, self._rate).levels
        begin = time // BLOCK_SECONDS * BLOCK_SECONDS
        try:
            self._history.add_levels(machine, begin, self._rate, levels)
        except (OSError, sqlite3.Error) as error:
            # A picture less; what must be written waits for the disk.
            logger.warning("a spectrum of %s is not kept: %s", machine, error)

    def report(self, event: Event) -> None:
        """Notes where alarms begin and end."""
        if event.kind == "alarm":
            self._alarms.add(event.machine)
        elif event.kind == "alarm_ended":
            self._alarms.discard(event.machine)
