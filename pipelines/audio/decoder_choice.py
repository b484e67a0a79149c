"""Choice of the decoder of each clip: tensorflow-io or libsndfile.

Decoder `"native"` is tensorflow-io's ops, `"libsndfile"` is soundfile and
soxr. `"auto"` takes the native op for bare WAV clips, where it was measured
1.15 times as fast, and libsndfile for all others: tensorflow-io's FLAC, Ogg
and MP3 ops are two to five times as slow.
"""

import collections
import functools
import logging
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.tensorflow_io_ops import load_audio_ops

logger = logging.getLogger(__name__)

LIBSNDFILE = "libsndfile"
# By container and subtype; a native op's dtype must be the header's.
NATIVE_ROUTES = {
    ("WAV", "PCM_U8"): "wav uint8",
    ("WAV", "PCM_16"): "wav int16",
    ("WAV", "PCM_24"): "wav int32",
    ("FLAC", "PCM_S8"): "flac uint8",
    ("FLAC", "PCM_16"): "flac int16",
    ("FLAC", "PCM_24"): "flac int32",
    ("OGG", "VORBIS"): "vorbis float32",
    ("MP3", "MPEG_LAYER_III"): "mp3 float32",
}


def choose_routes(
    clips: Sequence[InspectedClip],
    sampling_rate: int,
    decoder: str = "auto",
) -> list[str]:
    """Chooses how each clip is decoded, and logs the choice once.

    Args:
        clips: Inspected clips.
        sampling_rate: Sampling rate of the decoded waveforms in Hz.
        decoder: `"auto"`, `"native"` or `"libsndfile"`.

    Returns:
        One route a clip, for `make_decoder`.

    Raises:
        ValueError: If `decoder` is none of the three, or is `"native"` and
            its ops do not load or cannot read one of the clips.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> clip = InspectedClip(clip, "WAV", "PCM_32", 16000, 1, 160000, True)
    >>> choose_routes([clip], sampling_rate=16000)
    ['libsndfile']
    """
    if decoder not in ("auto", "native", LIBSNDFILE):
        raise ValueError(
            '`decoder` must be "auto", "native" or "libsndfile". Received: '
            f"decoder={decoder!r}."
        )
    routes = [LIBSNDFILE] * len(clips)
    note = ""
    if decoder != LIBSNDFILE:
        try:
            load_audio_ops()
        except ImportError as error:
            if decoder == "native":
                raise ValueError(
                    '`decoder="native"` needs tensorflow-io. Received: '
                    f'decoder="native", but {error}. Use decoder="auto".'
                ) from error
            note = f" ({error})"
        else:
            routes = [
                _choose_route(clip, sampling_rate, decoder) for clip in clips
            ]
    counts = sorted(collections.Counter(routes).items())
    chosen = ", ".join(f"{count} by {route}" for route, count in counts)
    _log_once(f"decoding {len(clips)} clips: {chosen}{note}")
    return routes


def _choose_route(clip: InspectedClip, sampling_rate: int, decoder: str) -> str:
    route = NATIVE_ROUTES.get((clip.container, clip.subtype))
    is_wav = clip.container == "WAV"
    if clip.sampling_rate != sampling_rate or (is_wav and not clip.is_bare):
        route = None
    if decoder == "native" and route is None:
        raise ValueError(
            '`decoder="native"` reads bare WAV of 8, 16 or 24 bits, FLAC, Ogg '
            f"Vorbis and MP3 at the wanted rate of {sampling_rate} Hz. "
            f'Received: {clip}. Use decoder="auto".'
        )
    if route is None or (decoder == "auto" and not is_wav):
        return LIBSNDFILE
    return route


@functools.cache
def _log_once(message: str) -> None:
    logger.info(message)
