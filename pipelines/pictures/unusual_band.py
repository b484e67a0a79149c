"""Unusual band: frequency, level and time of what is unusual, in words."""

import dataclasses

import numpy as np

ALL_THE_TIME = 0.9
# So many moments are counted, where fewer are listed.
LEAST_BURSTS = 3


@dataclasses.dataclass(frozen=True)
class UnusualBand:
    """The frequency band that differs most from the usual levels.

    Args:
        low_hz: Lower edge in Hz.
        high_hz: Upper edge in Hz.
        tone_hz: Frequency of the tone in it, `None` where it is none.
        decibels: Level less the usual one, in dB, while it is unusual; below 0
            where the clip is quieter than usual.
        deviations: The same in standard deviations of normal clips.
        moments: Start and end in seconds of every time that it is unusual.
        share: Share of the clip's time, 0 to 1.
        is_lowest: Whether it begins with the lowest band.
        is_highest: Whether it ends with the highest.

    >>> UnusualBand(2000.0, 3000.0, None, 8.2, 5.0, ((3.2, 4.0),), 0.1).sentence
    'between 2 and 3 kHz, 8 dB above its usual level, from 3.2 s to 4.0 s'
    """

    low_hz: float
    high_hz: float
    tone_hz: float | None
    decibels: float
    deviations: float
    moments: tuple[tuple[float, float], ...]
    share: float
    is_lowest: bool = False
    is_highest: bool = False

    def __str__(self) -> str:
        """The band in words, such as "892 Hz"."""
        if self.tone_hz is not None:
            return show_hertz(self.tone_hz)
        if self.is_lowest and self.is_highest:
            return "at all frequencies"
        if self.is_lowest:
            return f"below {show_hertz(self.high_hz)}"
        if self.is_highest:
            return f"above {show_hertz(self.low_hz)}"
        low, high = show_hertz(self.low_hz), show_hertz(self.high_hz)
        if low.split()[1] == high.split()[1]:
            low = low.split()[0]
        return f"between {low} and {high}"

    @property
    def level(self) -> str:
        """The level in words, such as "13 dB above its usual level"."""
        side = "above" if self.decibels > 0 else "below"
        return f"{abs(self.decibels):.0f} dB {side} its usual level"

    @property
    def rhythm(self) -> str:
        """What follows "12 times": ", about every 0.5 s", or nothing."""
        gaps = np.diff([start for start, _ in self.moments])
        usual = float(np.median(gaps))
        regular = gaps[np.abs(gaps - usual) < 0.2 * usual]
        if len(regular) < 0.7 * len(gaps):
            return ""
        return f", about every {regular.mean():.1f} s"

    @property
    def when(self) -> str:
        """The time in words, such as "all the time"."""
        if self.share >= ALL_THE_TIME:
            return "all the time"
        if len(self.moments) >= LEAST_BURSTS:
            span = _span(self.moments[0][0], self.moments[-1][1])
            return f"{len(self.moments)} times{self.rhythm}, {span}"
        return " and ".join(_span(*moment) for moment in self.moments)

    @property
    def sentence(self) -> str:
        """Band, level and time in words."""
        return f"{self}, {self.level}, {self.when}"


def show_hertz(hertz: float) -> str:
    """A frequency in words.

    >>> show_hertz(892.2), show_hertz(2961.0)
    ('892 Hz', '2.96 kHz')
    """
    if hertz < 1000:
        return f"{hertz:.0f} Hz"
    return f"{hertz / 1000:.3g} kHz"


def _span(start: float, end: float) -> str:
    return f"from {start:.1f} s to {end:.1f} s"
