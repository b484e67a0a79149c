"""Made-up machine one of whose frequency bands slowly becomes louder."""

import dataclasses
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.made_up_line import FIRST_TIME
from benchmarks.made_up_line import LEVEL_DEVIATION_DB
from benchmarks.made_up_line import LOAD_DEVIATION
from benchmarks.made_up_line import SLOW_MINUTES
from benchmarks.made_up_line import Moment
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import Notice
from pipelines.watching.sound_source import Window

# Of the bands that rise: lowest and highest frequency in Hz.
BANDS = {
    "below 500 Hz": (0.0, 500.0),
    "500 Hz to 2 kHz": (500.0, 2000.0),
    "above 2 kHz": (2000.0, 1e9),
}
DAY, WEEK = 86_400.0, 7 * 86_400.0
EVERY_SECONDS = 600.0


def raise_band(
    waveform: np.ndarray, rate: int, band: str, decibels: float
) -> np.ndarray:
    """Makes a frequency band louder.

    Args:
        waveform: Waveform `(samples,)`.
        rate: Sampling rate in Hz.
        band: Key of `BANDS`.
        decibels: By how much.

    >>> tone = np.sin(np.arange(1600.0) * 2 * np.pi / 16)
    >>> louder = raise_band(tone, 16_000, "500 Hz to 2 kHz", 20.0)
    >>> round(float(louder.max()))
    10
    """
    low, high = BANDS[band]
    spectrum = np.fft.rfft(waveform)
    hz = np.fft.rfftfreq(len(waveform), 1 / rate)
    is_in = (hz >= low) & (hz < high)
    spectrum[is_in] *= 10 ** (decibels / 20)
    return np.fft.irfft(spectrum, len(waveform))


@dataclasses.dataclass
class DriftingLine:
    """A source of a window every ten minutes, as fast as it is taken.

    Load and level change over half an hour, as those of `MadeUpLine`.

    Args:
        design: Key of `DESIGNS`.
        machine: Key of the machine in the model.
        band: Key of `BANDS`.
        seed: Seed of the machine, a part of that of its noise.
        begin: Seconds from when on the band rises by 3 dB a week.
        seconds: Seconds that are heard.
        line: What tells its noise from that of other lines.
        decibels_a_week: By how much it rises.
    """

    design: str
    machine: str
    band: str
    seed: int
    begin: float
    seconds: float
    line: int = 0
    decibels_a_week: float = 3.0

    is_live = False

    def __post_init__(self) -> None:
        self.name = f"line {self.line}"

    def windows(
        self, rate: int, samples: int
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Yields seconds since the beginning, and the waveform of then.

        Args:
            rate: Sampling rate in Hz.
            samples: Samples of a window.
        """
        settings = SyntheticSettings(
            (self.design,),
            seconds=samples / rate,
            sampling_rate=rate,
            seed=self.seed,
        )
        generator = np.random.default_rng([self.seed, self.line, 98])
        keeps = np.exp(-EVERY_SECONDS / (60.0 * SLOW_MINUTES))
        slow = generator.standard_normal(2)
        for index in range(int(self.seconds / EVERY_SECONDS)):
            noise = generator.standard_normal(2)
            slow = keeps * slow + np.sqrt(1 - keeps**2) * noise
            time = index * EVERY_SECONDS
            moment = Moment(
                self.design,
                0,
                "test",
                "source",
                False,
                1_000_000 * (1 + self.line) + index,
                self.seed,
                load_now=1.0 + LOAD_DEVIATION * slow[0],
            )
            level = 10 ** (LEVEL_DEVIATION_DB * slow[1] / 20)
            decibels = max(0.0, time - self.begin) / WEEK * self.decibels_a_week
            waveform = level * moment.waveform(settings)
            if decibels:
                waveform = raise_band(waveform, rate, self.band, decibels)
            yield time, np.clip(waveform, -1.0, 1.0).astype("float32")

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields its windows; see `SoundSource`."""
        rate, samples = hearing.sampling_rate, hearing.window
        for index, (time, waveform) in enumerate(self.windows(rate, samples)):
            yield Window(
                waveform, FIRST_TIME + time, {"next": index + 1}, start=index
            )
            if stop.is_set():
                return
