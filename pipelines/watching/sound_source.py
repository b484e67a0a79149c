"""Sources of sound: what a watch hears, window by window."""

import dataclasses
import threading
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Protocol

import numpy as np

from pipelines.watching.events import Event


@dataclasses.dataclass(frozen=True)
class Hearing:
    """What a model hears of a source at once.

    Args:
        sampling_rate: Sampling rate of the windows in Hz.
        channel: Channel of recordings: `"mean"`, or an index.
        window: Length of a window, in samples.
        step: Samples from the start of a window to that of the next, at most
            `window`.

    >>> Hearing(16_000, "mean", 160_000, 80_000).step_seconds
    5.0
    """

    sampling_rate: int
    channel: int | str
    window: int
    step: int

    @property
    def step_seconds(self) -> float:
        """Seconds from window to window."""
        return self.step / self.sampling_rate

    def of_channel(self, channel: int | str | None) -> "Hearing":
        """Returns the same of another channel, or itself for `None`."""
        if channel is None:
            return self
        return dataclasses.replace(self, channel=channel)


@dataclasses.dataclass(frozen=True)
class Window:
    """A window of sound, ready to be judged.

    Args:
        waveform: `(samples,)` float32 in [-1, 1]. A recording that is shorter
            than a window has one window of its own length.
        time: Time of the first sample, in seconds since 1970.
        position: Where the source goes on once this window is judged, as
            plain JSON; kept in the history in the same moment as the score.
        clip: Path of the recording; empty for a stream.
        start: Index of the first sample in the recording or stream.
        follows: Whether the sound goes on from the window before.
        machine: Key of the machine, where windows of a source differ in it;
            empty for the source's own.
        done: Recording that ends with it: path, size in bytes and time of
            change in nanoseconds, kept in the same moment; else `None`.

    >>> Window(np.zeros(4, "float32"), 0.0, {"next": 1}).follows
    True
    """

    waveform: np.ndarray
    time: float
    position: Mapping[str, Any]
    clip: str = ""
    start: int = 0
    follows: bool = True
    machine: str = ""
    done: tuple[str, int, int] | None = None


@dataclasses.dataclass(frozen=True)
class Notice:
    """What a source says beside its sound; it becomes an event.

    Args:
        kind: Kind of the event, one of `pipelines.watching.events.KINDS`.
        message: Sentence for people.
        time: When, in seconds since 1970.
        details: Numbers and names for programs, as plain JSON.
        done: Recording that is not tried again unless it changes; see
            `Window`.

    >>> Notice("source_lost", "No route.", 0.0).kind
    'source_lost'
    """

    kind: str
    message: str
    time: float
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    done: tuple[str, int, int] | None = None

    def event(self, source: "SoundSource") -> Event:
        """Returns it as an event of a source."""
        return Event(
            self.kind,
            self.time,
            source.name,
            source.machine,
            self.message,
            self.details,
        )


class SoundSource(Protocol):
    """Something to listen to.

    Attributes:
        name: Name in events and history, unique in a watch.
        machine: Key of its machine; empty where its recordings' names say it.
        is_live: Whether its sound is lost where nobody takes it in time. A
            source that is not live waits.

    >>> class Nothing:
    ...     name, machine, is_live = "nothing", "fan/all", False
    ...
    ...     def listen(self, hearing, position, stop):
    ...         yield Notice("source_lost", "There is nothing.", 0.0)
    >>> check_sources([Nothing()], ["fan/all"])
    """

    name: str
    machine: str
    is_live: bool

    def listen(
        self,
        hearing: Hearing,
        position: Mapping[str, Any] | None,
        stop: threading.Event,
    ) -> Iterator[Window | Notice]:
        """Yields windows and notices until it ends or `stop` is set.

        It runs in a thread of its own, closes what it opened when the
        iterator is closed, looks at `stop` at least twice a second, and
        survives what a source can do: what it cannot mend it says in a
        notice, and tries again after a pause with jitter where that may help.

        Args:
            hearing: What the model hears.
            position: Position of the last window that was judged by an
                earlier process, or `None`.
            stop: Set when the watch ends.
        """
        ...


def check_sources(
    sources: Sequence[SoundSource], machines: Sequence[str]
) -> None:
    """Refuses sources that a watch cannot tell apart, or cannot judge.

    Args:
        sources: Sources of a watch.
        machines: Keys that the model knows.

    Raises:
        ValueError: If there is none, two have one name or one machine, or a
            machine is unknown.

    >>> check_sources([], ["fan"])
    Traceback (most recent call last):
    ValueError: A watch takes one source or more, each of its own name. ...
    """
    names = [source.name for source in sources]
    if not names or len({*names}) < len(names):
        raise ValueError(
            "A watch takes one source or more, each of its own name. "
            f"Received: {', '.join(names) or 'none'}."
        )
    keys = [source.machine for source in sources if source.machine]
    if len({*keys}) < len(keys):
        raise ValueError(
            "Each source of a watch must have a machine of its own, since an "
            f"alarm is of one machine. Received: {', '.join(keys)}. Train a "
            "machine for each microphone, or watch in two processes."
        )
    for source in sources:
        if source.machine and source.machine not in machines:
            raise ValueError(
                "The machine of a source must be one that the model knows: "
                f"{', '.join(machines)}. Received: {source.machine!r} for "
                f"{source.name}."
            )


def sentence(reason: str) -> str:
    """Returns a reason with a capital letter.

    >>> sentence("no sound for 5 s")
    'No sound for 5 s'
    """
    return reason[:1].upper() + reason[1:]
