"""Process that records a network stream, by FFmpeg's libraries."""

import errno
from typing import Any

from pipelines.watching.sources.recorder_pipe import RecorderPipe
from pipelines.watching.sources.recorder_pipe import run_recorder

# Packets in a row that may be damaged.
MOST_DAMAGED = 100


def record(request: dict[str, Any], pipe: RecorderPipe) -> None:
    """Records until it ends or fails.

    Args:
        request: `url`, `stream` (index among its streams of sound) and
            `timeout` in seconds.
        pipe: Where the sound goes.
    """
    import av

    try:
        _record(av, request, pipe)
    except av.error.ExitError:
        raise TimeoutError(f"no sound for {request['timeout']:g} s") from None
    except OSError as error:
        # What FFmpeg says of a stream without a length that ends.
        if error.errno == errno.EIO:
            raise ConnectionError("its connection has ended") from None
        raise


def _record(av: Any, request: dict[str, Any], pipe: RecorderPipe) -> None:
    url, timeout = request["url"], request["timeout"]
    # UDP loses packets, and firewalls keep it out.
    is_rtsp = url.lower().startswith("rtsp")
    options = {"rtsp_transport": "tcp"} if is_rtsp else {}
    with av.open(url, timeout=(timeout, timeout), options=options) as container:
        streams = container.streams.audio
        if request["stream"] >= len(streams):
            raise ValueError(
                f"no stream of sound {request['stream']}, counted from 0: "
                f"it has {len(streams)}"
            )
        stream = streams[request["stream"]]
        resampler: Any = None
        format, num_damaged = None, 0
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
                num_damaged = 0
            except av.error.InvalidDataError:
                num_damaged += 1
                if num_damaged > MOST_DAMAGED:
                    raise
                continue
            for frame in frames:
                found = (frame.sample_rate, frame.layout.nb_channels)
                if found != format:
                    format = found
                    # Another coding of the samples, of the same rate.
                    resampler = av.AudioResampler(
                        "flt", frame.layout, frame.sample_rate
                    )
                    pipe.tell_format(*format)
                for one in resampler.resample(frame):
                    length = 4 * one.samples * format[1]
                    pipe.write_sound(bytes(one.planes[0])[:length])


if __name__ == "__main__":
    run_recorder(record)
