"""Folder of kept sounds, limited by days and by size."""

import datetime
import hashlib
import os
import pathlib
import re
import time

import numpy as np
import soundfile

from pipelines import atomic
from pipelines.files.names import escape_name
from pipelines.watching.events import show_time

# What the store has written; whatever else lies there is let alone.
NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)_\w+\.flac")
DAY = 86_400.0


class SoundStore:
    """Sounds as FLAC, `FOLDER/MACHINE/TIME_WHAT.flac`; the oldest go first.

    `TIME` is that of the first sample, in UTC. Only the user who runs the
    watch can read the folder: people may be heard.

    Args:
        folder: Folder, made when the first sound is written.
        days: Days that sounds are kept.
        gigabytes: Size that all of them are not to exceed.

    Raises:
        ValueError: If a limit is not above 0.

    >>> import tempfile
    >>> store = SoundStore(pathlib.Path(tempfile.mkdtemp(), "sounds"))
    >>> sound = np.zeros(16000, "int16")
    >>> store.write("fan/all", 1e9, "alarm_7", sound, 16000).name
    '2001-09-09T01-46-40.000Z_alarm_7.flac'
    >>> store.forget(before=2e9)
    1
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        days: float = 30.0,
        gigabytes: float = 5.0,
    ):
        for name, value in (("keep_days", days), ("keep_gigabytes", gigabytes)):
            if not value > 0:
                raise ValueError(
                    f"`{name}` must be above 0. Received: {name}={value}. "
                    "Without sounds, choose --keep_sound none."
                )
        self.folder = pathlib.Path(folder)
        self.days = days
        self.gigabytes = gigabytes

    def path(self, machine: str, began: float, what: str) -> pathlib.Path:
        """Where a sound is kept.

        Args:
            machine: Key of the machine.
            began: Time of the first sample, in seconds since 1970.
            what: Event that it belongs to, such as `alarm_7`.
        """
        name = f"{show_time(began).replace(':', '-')}_{what}.flac"
        return self._machine_folder(machine) / name

    def write(
        self,
        machine: str,
        began: float,
        what: str,
        sound: np.ndarray,
        sampling_rate: int,
    ) -> pathlib.Path:
        """Writes a sound, whole or not at all, and deletes what is too much.

        Args:
            machine: Key of the machine.
            began: Time of the first sample, in seconds since 1970.
            what: Event that it belongs to, such as `alarm_7`.
            sound: `(samples,)` int16.
            sampling_rate: Sampling rate in Hz.

        Raises:
            OSError: If it cannot be written.
        """
        path = self.path(machine, began, what)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with atomic.replacing(path, sound.nbytes) as temporary:
            soundfile.write(
                temporary, sound, sampling_rate, "PCM_16", format="FLAC"
            )
        self.prune()
        return path

    def prune(self, now: float | None = None) -> int:
        """Deletes sounds beyond the limits; returns how many.

        Days count from when a sound was kept, which a replay of old
        recordings does now.

        Args:
            now: Seconds since 1970; the system's clock if `None`.
        """
        now = time.time() if now is None else now
        kept = sorted(
            (path.stat().st_mtime, path.name, path) for path in self._sounds()
        )
        sizes = [path.stat().st_size for *_, path in kept]
        excess = sum(sizes) - self.gigabytes * 1e9
        num_deleted = 0
        for (modified, _, path), size in zip(kept, sizes, strict=True):
            if excess <= 0 and modified >= now - self.days * DAY:
                break
            path.unlink(missing_ok=True)
            excess -= size
            num_deleted += 1
        return num_deleted

    def forget(self, before: float, machine: str | None = None) -> int:
        """Deletes the sounds that begin before a time; returns how many.

        Args:
            before: Seconds since 1970.
            machine: Key of a machine; all if `None`.
        """
        folder = None if machine is None else self._machine_folder(machine)
        old = [
            path
            for path in self._sounds()
            if _time(path) < before and folder in (None, path.parent)
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def sounds(self, machine: str, since: float) -> list[pathlib.Path]:
        """Sounds of a machine that begin at a time or later, in order.

        Args:
            machine: Key of the machine.
            since: Time in seconds since 1970.
        """
        folder = self._machine_folder(machine)
        found = [path for path in self._sounds() if path.parent == folder]
        return sorted(path for path in found if _time(path) >= since)

    def find(self, machine: str, what: str) -> pathlib.Path | None:
        """The sound of an event of a machine; `None` if none is kept.

        Args:
            machine: Key of the machine.
            what: Event that it belongs to, such as `alarm_7`.
        """
        folder = self._machine_folder(machine)
        paths = folder.glob(f"*_{what}.flac") if folder.is_dir() else ()
        return next((one for one in paths if NAME.fullmatch(one.name)), None)

    def _sounds(self) -> list[pathlib.Path]:
        paths = self.folder.glob("*/*.flac")
        return [path for path in paths if NAME.fullmatch(path.name)]

    def _machine_folder(self, machine: str) -> pathlib.Path:
        """One folder a machine, whatever its key; never one above."""
        name = escape_name(machine).replace("/", r"\x2f")
        if name.startswith("."):
            name = r"\x2e" + name[1:]
        if len(os.fsencode(name)) > 200:
            digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
            name = f"{name[:60]}_{digest}"
        return self.folder / (name or "_")


def _time(path: pathlib.Path) -> float:
    text = path.name.split("_")[0]
    began = datetime.datetime.strptime(text, "%Y-%m-%dT%H-%M-%S.%fZ")
    return began.replace(tzinfo=datetime.UTC).timestamp()
