"""Decoding speed in tf.data, from files that were just written."""

import pathlib
import tempfile

import numpy as np
import soundfile

from benchmarks.measurement import Measurement
from benchmarks.measurement import rate
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.audio.tensorflow_io_ops import load_audio_ops
from pipelines.audio.waveforms import waveform_dataset
from pipelines.datasets.clip import Clip

SAMPLING_RATE = 16_000


def measure(is_quick: bool = False) -> list[Measurement]:
    """Measures 16-bit WAV and FLAC by either decoder."""
    num_clips, seconds = (8, 1) if is_quick else (200, 10)
    repeats = 1 if is_quick else 3
    rows = []
    for suffix in ("wav", "flac"):
        with tempfile.TemporaryDirectory() as folder:
            clips = write_clips(
                pathlib.Path(folder), suffix, num_clips, seconds
            )
            for decoder in ("native", "libsndfile"):
                name = f"decoding {suffix.upper()}, {decoder}"
                rows.append(_measure_decoder(name, clips, decoder, repeats))
    return rows


def _measure_decoder(name, clips, decoder, repeats) -> Measurement:
    if decoder == "native":
        try:
            load_audio_ops()
        except ImportError:
            note = "its ops do not load here"
            return Measurement(name, None, "clips/s", note=note)
    samples = clips[0].num_samples
    seconds = samples // SAMPLING_RATE
    dataset = waveform_dataset(clips, SAMPLING_RATE, samples, decoder=decoder)

    def read_all() -> None:
        for _ in dataset:
            pass

    speed = rate(read_all, len(clips), repeats)
    return Measurement(f"{name}, clips of {seconds} s", speed, "clips/s")


def write_clips(
    folder: pathlib.Path,
    suffix: str,
    num_clips: int,
    seconds: int,
    num_sections: int = 1,
) -> list[InspectedClip]:
    """Writes clips of a tone in noise, section after section, and lists them.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clips = write_clips(pathlib.Path(folder), "wav", 3, 1, 2)
    >>> [clip.clip.key for clip in clips]
    ['fan/id_00', 'fan/id_01', 'fan/id_00']
    """
    generator = np.random.default_rng(0)
    samples = seconds * SAMPLING_RATE
    tone = 0.3 * np.sin(0.1 * np.arange(samples))
    clips = []
    for index in range(num_clips):
        path = folder / f"{index:04}.{suffix}"
        noise = generator.normal(scale=0.01, size=samples)
        soundfile.write(path, tone + noise, SAMPLING_RATE, "PCM_16")
        section = f"id_{index % num_sections:02}"
        clips.append(Clip(path, "fan", section, "train", False))
    return inspect_clips(clips)[0]
