"""Source of sound: a sound card, by PortAudio."""

import importlib.util
from typing import Any

from pipelines.watching.sources.recorder_source import RecorderSource

# A card gives a block ten times a second.
TIMEOUT_SECONDS = 5.0


class SoundCardSource(RecorderSource):
    """A sound card, found again when it was unplugged.

    Args:
        name: Name of the source.
        machine: Key of the machine.
        device: Name of the device, part of it, or its index, as
            `python -m sounddevice` lists them; the system's default if empty.
        rate: Sampling rate in Hz; the device's own if `None`.
        channels: Number of channels to record; if `None`, as many as `channel`
            needs.
        channel: Channel to hear, the model's own if `None`.
        **options: `clock` of `RecorderSource`.

    Raises:
        ValueError: If `sounddevice` is not installed.
    """

    def __init__(
        self,
        name: str,
        machine: str,
        device: str = "",
        rate: int | None = None,
        channels: int | None = None,
        channel: int | str | None = None,
        **options: Any,
    ):
        check_package("sounddevice", "a sound card")
        if channels is None:
            channels = channel + 1 if isinstance(channel, int) else 1
        request = {
            "device": int(device) if device.isdecimal() else device or None,
            "rate": rate,
            "channels": channels,
        }
        super().__init__(
            name,
            machine,
            "pipelines.watching.sources.record_card",
            request,
            TIMEOUT_SECONDS,
            channel,
            **options,
        )


def check_package(name: str, what: str) -> None:
    """Checks that a package of the extra `watch` is installed.

    Args:
        name: Name of the package as it is imported.
        what: What needs it.

    Raises:
        ValueError: If it is not.

    >>> check_package("no_such_package", "a sound card")
    Traceback (most recent call last):
    ValueError: What is watched must have its package. Received: a sound ...
    """
    if importlib.util.find_spec(name) is None:
        raise ValueError(
            f"What is watched must have its package. Received: {what}, and no "
            f'{name}. Install it: pip install "keras-asd[watch]".'
        )
