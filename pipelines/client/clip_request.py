"""What is sent of a clip, and to which signature."""

import numpy as np
import soundfile

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.libsndfile import MAX_SECONDS
from pipelines.audio.libsndfile import decode_clip
from pipelines.audio.libsndfile import open_sound

Inputs = dict[str, np.ndarray | list[bytes]]


def clip_request(
    path: str,
    sampling_rate: int,
    recording_channel: int | str = "mean",
    false_alarm_rate: float | None = None,
) -> tuple[str, Inputs]:
    """Makes ready what a server is asked about a clip.

    A 16-bit PCM WAV of the model's sampling rate is sent as it is, for the
    graph to decode; anything else is decoded here.

    Args:
        path: The recording.
        sampling_rate: Hz that the model expects.
        recording_channel: `"mean"` over the channels, or the index of one.
            Of a WAV sent as it is, the model takes the channel of its
            contract.
        false_alarm_rate: Wished share of false alarms; as the model was
            exported if `None`. The signature that takes it wants waveforms.

    Returns:
        The signature, and its inputs but for `machine`.

    Raises:
        ValueError: If the clip cannot be used, with the reason of
            `broken_reason`.

    >>> clip_request("gone.wav", 16000)
    Traceback (most recent call last):
    ValueError: missing: ...
    """
    try:
        with open_sound(path) as (sound, file):
            is_plain = _is_plain_wav(sound, sampling_rate)
            if false_alarm_rate is None and is_plain:
                file.seek(0)
                return "score_wav", {"wav_bytes": [file.read()]}
        waveform = decode_clip(path, sampling_rate, recording_channel)
    except (OSError, soundfile.LibsndfileError) as error:
        raise ValueError(broken_reason(error)) from None
    if false_alarm_rate is None:
        return "serving_default", {"waveform": waveform[None]}
    rate = np.array([false_alarm_rate], "float32")
    return "decide", {"waveform": waveform[None], "false_alarm_rate": rate}


def _is_plain_wav(sound: soundfile.SoundFile, sampling_rate: int) -> bool:
    return (
        sound.format in ("WAV", "WAVEX")
        and sound.endian != "BIG"
        and sound.subtype == "PCM_16"
        and sound.samplerate == sampling_rate
        and sound.frames <= MAX_SECONDS * sampling_rate
    )
