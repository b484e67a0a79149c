"""Sounds of a page: recordings to play, within a budget of bytes."""

import base64
import io

import numpy as np
import soundfile

from pipelines.audio.libsndfile import decode_clip
from pipelines.report.report_clip import ReportClip
from pipelines.scoring.window_reader import read_windows

AUDIO = ("none", "alarms", "all")
BUDGET_BYTES = 8 * 2**20
MOST_SECONDS = 15.0
PEAK = 0.9


def check_audio(audio: str) -> None:
    """Refuses what is none of `AUDIO`.

    >>> check_audio("some")
    Traceback (most recent call last):
    ValueError: `audio` must be one of none, alarms, all. Received: ...
    """
    if audio not in AUDIO:
        raise ValueError(
            f"`audio` must be one of {', '.join(AUDIO)}. Received: "
            f"audio={audio!r}."
        )


class Sounds:
    """Recordings as data URIs, until their bytes are used up.

    Args:
        audio: `"none"`, `"alarms"` or `"all"`; of which clips.
        budget: Number of bytes of all together.

    >>> Sounds("none").is_wanted(None)
    False
    """

    def __init__(self, audio: str = "alarms", budget: int = BUDGET_BYTES):
        check_audio(audio)
        self.audio = audio
        self.budget = budget
        self.num_left_out = 0

    def is_wanted(self, clip: ReportClip) -> bool:
        """Whether a clip is to be heard."""
        return self.audio == "all" or (
            self.audio == "alarms" and bool(clip.is_alarm)
        )

    def encode(
        self, waveform: np.ndarray, sampling_rate: int, gain: float
    ) -> str:
        """A waveform as FLAC; empty once the budget is used up.

        Args:
            waveform: Waveform `(samples,)`.
            sampling_rate: Sampling rate in Hz.
            gain: Factor.
        """
        content = io.BytesIO()
        sound = np.clip(gain * waveform, -1.0, 1.0)
        soundfile.write(content, sound, sampling_rate, "PCM_16", format="FLAC")
        text = base64.b64encode(content.getvalue()).decode("ascii")
        if len(text) > self.budget:
            self.num_left_out += 1
            return ""
        self.budget -= len(text)
        return f"data:audio/flac;base64,{text}"


def common_gain(*waveforms: np.ndarray) -> float:
    """The gain at which the loudest of them just fits.

    >>> common_gain(np.array([0.1, -0.45]))
    2.0
    """
    peak = max(float(np.abs(one).max(initial=0.0)) for one in waveforms)
    return PEAK / peak if peak > 0 else 1.0


def read_clip(
    clip: ReportClip, sampling_rate: int, channel: int | str
) -> np.ndarray:
    """Waveform of a clip, or of the window of a longer recording.

    Raises:
        OSError: If the recording cannot be opened.
        soundfile.LibsndfileError: If libsndfile refuses the bytes.
        ValueError: If it is not a whole recording.
    """
    if clip.start is None or clip.end is None:
        return decode_clip(clip.path, sampling_rate, channel)
    first, last = (round(t * sampling_rate) for t in (clip.start, clip.end))
    found = np.zeros(max(last - first, 1), "float32")
    part = 10 * sampling_rate
    for start, waveform in read_windows(
        clip.path, sampling_rate, channel, part, part
    ):
        begin, end = max(start, first), min(start + len(waveform), last)
        if begin < end:
            piece = waveform[begin - start : end - start]
            found[begin - first : end - first] = piece
        if start >= last:
            break
    return found
