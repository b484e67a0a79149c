"""Process that records from a sound card, by PortAudio."""

from typing import Any

from pipelines.watching.sources.recorder_pipe import RecorderPipe
from pipelines.watching.sources.recorder_pipe import run_recorder

BLOCK_SECONDS = 0.1


def record(request: dict[str, Any], pipe: RecorderPipe) -> None:
    """Records until it fails.

    Args:
        request: `device` (name, index or `None`), `rate` (`None` for the
            device's own) and `channels`.
        pipe: Where the sound goes.
    """
    try:
        import sounddevice
    except OSError:
        raise RuntimeError(
            "PortAudio is not installed; install Debian's libportaudio2"
        ) from None
    device = request["device"]
    try:
        info = sounddevice.query_devices(device, "input")
    except (ValueError, sounddevice.PortAudioError):
        names = [
            one["name"]
            for one in sounddevice.query_devices()
            if one["max_input_channels"]
        ]
        raise ValueError(
            f"{'the default' if device is None else repr(device)} is not one "
            f"sound card of: {', '.join(names) or 'none'}"
        ) from None
    rate = request["rate"] or int(info["default_samplerate"])
    with sounddevice.RawInputStream(
        rate, 0, device, request["channels"], "float32", latency="high"
    ) as stream:
        pipe.tell_format(rate, request["channels"])
        while True:
            samples, has_gap = stream.read(round(BLOCK_SECONDS * rate))
            pipe.write_sound(bytes(samples), has_gap)


if __name__ == "__main__":
    run_recorder(record)
