"""Settings of a source: what it is, and what may be set of each kind."""

import dataclasses
import math
import os
import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.audio.libsndfile import MAX_CHANNELS
from pipelines.audio.libsndfile import MAX_SAMPLING_RATE
from pipelines.audio.libsndfile import MIN_SAMPLING_RATE
from pipelines.audio.libsndfile import check_channel
from pipelines.files.names import escape_name
from pipelines.watching.sound_source import SoundSource
from pipelines.watching.sources.folder_scan import State
from pipelines.watching.sources.folder_source import FolderSource
from pipelines.watching.sources.pcm_source import FORMATS
from pipelines.watching.sources.pcm_source import PcmSource
from pipelines.watching.sources.replay_source import ReplaySource
from pipelines.watching.sources.sound_card_source import SoundCardSource
from pipelines.watching.sources.stream_source import StreamSource
from pipelines.watching.sources.stream_source import mask_address

# What may be set of each kind, beside name, machine, source and channel.
FIELDS = {
    "folder": (),
    "recording": ("speed", "loops"),
    "standard input": ("rate", "channels", "format"),
    "sound card": ("rate", "channels"),
    "stream": ("stream",),
}
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+", re.DOTALL)
# Of what looks like no address, and may have been meant as one.
SECRET = re.compile(r"[^/\s]*:[^/\s]*@")


@dataclasses.dataclass(frozen=True)
class SourceSettings:
    """What is watched, as a command line or a file gives it.

    Args:
        source: A folder, a recording, `-` for raw PCM on standard input,
            `card` or `card:NAME`, or an address such as `rtsp://camera/1`.
        machine: Key of its machine; of a folder, read from the names if empty.
        name: Name in events; if empty, `source` without its secrets, or
            `stdin`.
        speed: Factor of a replayed recording; 0 for as fast as it goes.
        loops: How often a recording is replayed; 0 for without end.
        rate: Sampling rate in Hz, 16,000 of PCM and the card's own if `None`.
        channels: Number of channels of PCM or to record.
        format: Format of PCM.
        stream: Index among the streams of sound of an address.
        channel: Channel to hear, the model's own if `None`.

    Raises:
        ValueError: If a value is out of its range, of no use to the source, or
            the source is nothing that exists.

    >>> SourceSettings("rtsp://me:secret@camera/1", "fan/all").name
    'rtsp://***@camera/1'
    >>> SourceSettings("card", speed=2.0)
    Traceback (most recent call last):
    ValueError: A sound card must be set by rate, channels, channel alone. ...
    """

    source: str
    machine: str = ""
    name: str = ""
    speed: float = 1.0
    loops: int = 1
    rate: int | None = None
    channels: int | None = None
    format: str = "s16le"
    stream: int = 0
    channel: int | str | None = None

    def __post_init__(self) -> None:
        kind = self.kind
        for field in dataclasses.fields(self)[3:-1]:
            is_set = getattr(self, field.name) != field.default
            if is_set and field.name not in FIELDS[kind]:
                known = ", ".join([*FIELDS[kind], "channel"])
                raise ValueError(
                    f"A {kind} must be set by {known} alone. Received: "
                    f"{field.name}."
                )
        if self.channel is not None:
            check_channel(self.channel)
        for name, is_met, rule in self._rules():
            if not is_met:
                raise ValueError(
                    f"`{name}` of a source must be {rule}. Received: "
                    f"{name}={getattr(self, name)!r}."
                )
        if not self.name:
            name = "stdin" if self.source == "-" else self.source
            shown = mask_address if kind == "stream" else escape_name
            object.__setattr__(self, "name", shown(name))

    def _rules(self) -> list[tuple[str, bool, str]]:
        low, high = MIN_SAMPLING_RATE, MAX_SAMPLING_RATE
        return [
            (
                "speed",
                0 <= self.speed and math.isfinite(self.speed),
                "a factor, or 0 for as fast as it goes",
            ),
            ("loops", self.loops >= 0, "a number, or 0 for without end"),
            (
                "rate",
                self.rate is None or low <= self.rate <= high,
                f"in [{low}, {high}] Hz",
            ),
            (
                "channels",
                self.channels is None or 1 <= self.channels <= MAX_CHANNELS,
                f"in [1, {MAX_CHANNELS}]",
            ),
            (
                "format",
                self.format in FORMATS,
                f"one of {', '.join(FORMATS)}",
            ),
            ("stream", self.stream >= 0, "counted from 0"),
        ]

    @property
    def kind(self) -> str:
        """Kind of the source, one of `FIELDS`."""
        if self.source == "-":
            return "standard input"
        if self.source == "card" or self.source.startswith("card:"):
            return "sound card"
        if ADDRESS.fullmatch(self.source):
            return "stream"
        if os.path.isdir(self.source):
            return "folder"
        if os.path.isfile(self.source):
            return "recording"
        shown = SECRET.sub("***@", mask_address(self.source))
        raise ValueError(
            "A source must be a folder, a recording, `-` for standard input, "
            "`card`, `card:NAME` or an address such as rtsp://HOST/PATH. "
            f"Received: {escape_name(shown)}, which does not exist."
        )

    def build(
        self,
        machines: Sequence[str],
        done_clips: Callable[[str], Mapping[str, State]] | None = None,
    ) -> SoundSource:
        """Makes the source.

        Args:
            machines: Keys that the model knows.
            done_clips: Recordings that are done of a source of this name.

        Raises:
            ValueError: If its machine is missing or not known, or a package is
                not installed.
        """
        machine = self.machine
        kind = self.kind
        if not machine and len(machines) == 1:
            machine = machines[0]
        if not (machine in machines or (kind == "folder" and not machine)):
            raise ValueError(
                "A source must be of a machine that the model knows: "
                f"{', '.join(machines)}. Received: {self.name} of "
                f"machine={machine!r}. Write MACHINE=SOURCE."
            )
        name, channel = self.name, self.channel
        if kind == "folder":
            done = done_clips(name) if done_clips else None
            return FolderSource(
                name, self.source, machine, machines, done, channel
            )
        if kind == "recording":
            return ReplaySource(
                name, self.source, machine, self.speed, self.loops, channel
            )
        if kind == "standard input":
            rate, channels = self.rate or 16_000, self.channels or 1
            return PcmSource(
                name, machine, None, rate, channels, self.format, channel
            )
        if kind == "sound card":
            device = self.source.partition(":")[2]
            return SoundCardSource(
                name, machine, device, self.rate, self.channels, channel
            )
        return StreamSource(name, machine, self.source, self.stream, channel)
