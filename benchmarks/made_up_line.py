"""Made-up machine that runs for days, with faults at known times."""

import dataclasses
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.datasets.synthetic.recording import Recording
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window

SEVERITIES = (0.25, 0.5, 1.0)
FAULT_MINUTES, PAUSE_MINUTES = 10.0, 20.0
# Time in which the load and the level change, and by how much.
SLOW_MINUTES, LOAD_DEVIATION, LEVEL_DEVIATION_DB = 30.0, 0.05, 1.5
FIRST_TIME = 1_750_000_000.0


@dataclasses.dataclass(frozen=True)
class Moment(Recording):
    """A window of a machine at a load of the moment, with a fault or not.

    Args:
        load_now: Share of the nominal load.
        fault_now: Name of the fault; empty for none.
        severity_now: Its severity, 0 to 1.
    """

    load_now: float = 1.0
    fault_now: str = ""
    severity_now: float = 0.0

    @property
    def load(self) -> float:
        """Share of the nominal load."""
        return self.load_now

    @property
    def fault(self) -> str:
        """Name of the fault."""
        return self.fault_now

    @property
    def severity(self) -> float:
        """Severity of the fault."""
        return self.severity_now


@dataclasses.dataclass(frozen=True)
class Episode:
    """A fault at a known time.

    Args:
        fault: Name of the fault.
        severity: Its severity, 0 to 1.
        begin: When it begins, in seconds since the source began.
        end: When it ends.
    """

    fault: str
    severity: float
    begin: float
    end: float


class MadeUpLine:
    """A source of sound of a built-in machine, as fast as it is taken.

    Args:
        machine: Key of `DESIGNS`.
        key: Key of the machine in the model.
        hours: Hours without a fault; then each fault comes at each severity.
        seed: Seed of the machine; what it does is of another.
    """

    is_live = False

    def __init__(self, machine: str, key: str, hours: float, seed: int):
        self.name, self.machine = f"line of {machine}", key
        self._design, self._seed = machine, seed
        self.hours = hours
        self.episodes: list[Episode] = []
        time = 3600.0 * hours
        for fault in DESIGNS[machine].faults:
            for severity in SEVERITIES:
                end = time + 60.0 * FAULT_MINUTES
                self.episodes.append(Episode(fault, severity, time, end))
                time = end + 60.0 * PAUSE_MINUTES
        self.seconds = time

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields its windows; see `SoundSource`."""
        seconds = hearing.window / hearing.sampling_rate
        settings = SyntheticSettings(
            (self._design,),
            seconds=seconds,
            sampling_rate=hearing.sampling_rate,
            seed=self._seed,
        )
        generator = np.random.default_rng([self._seed, 99])
        keeps = np.exp(-seconds / (60.0 * SLOW_MINUTES))
        slow = generator.standard_normal(2)
        first = position["next"] if position else 0
        for index in range(int(self.seconds / seconds)):
            noise = generator.standard_normal(2)
            slow = keeps * slow + np.sqrt(1 - keeps**2) * noise
            if index < first:
                continue
            time = index * seconds
            load = 1.0 + LOAD_DEVIATION * slow[0]
            moment = self._moment(index, load, time)
            level = 10 ** (LEVEL_DEVIATION_DB * slow[1] / 20)
            waveform = np.clip(level * moment.waveform(settings), -1.0, 1.0)
            yield Window(
                waveform.astype("float32"),
                FIRST_TIME + time,
                {"next": index + 1},
                start=index * hearing.window,
            )
            if stop.is_set():
                return

    def _moment(self, index: int, load: float, time: float) -> Moment:
        # Clips of the training list have other indices.
        plain = Moment(
            self._design,
            0,
            "test",
            "source",
            False,
            100_000 + index,
            self._seed,
            load_now=load,
        )
        for episode in self.episodes:
            if episode.begin <= time < episode.end:
                return dataclasses.replace(
                    plain,
                    is_anomaly=True,
                    fault_now=episode.fault,
                    severity_now=episode.severity,
                )
        return plain
