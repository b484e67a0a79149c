"""Squared magnitudes of Fourier transforms, of signals and their frames."""

import math

import numpy as np
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.layers.fourier import matrix_rfft

TRANSFORMS = ("fft", "matrix")


def check_transform(transform: str) -> None:
    """Passes the name of a way to compute a Fourier transform.

    Raises:
        ValueError: For another name.

    >>> check_transform("matrix")
    """
    check_choice("transform", transform, TRANSFORMS)


def hann_window(length: int) -> np.ndarray:
    """Periodic Hann window, float32 `(length,)`.

    >>> hann_window(4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    turns = np.arange(length) / length
    return (0.5 - 0.5 * np.cos(2 * np.pi * turns)).astype("float32")


def power_spectrum(signal, transform: str = "fft"):
    """Squared magnitudes of the Fourier transform over the last axis.

    Of a pure tone, bins more than 80 dB below its peak are what float32 rounds,
    and differ between both transforms; above they agree to 0.01 dB.

    Args:
        signal: Real, `(batch, ..., length)`; all but the batch known for
            `"matrix"`.
        transform: `"fft"`, that of the backend, or `"matrix"`: products with
            constant matrices, which every export format has.

    Returns:
        `(batch, ..., length // 2 + 1)`.

    >>> np.array(power_spectrum(ops.ones((1, 4)), "matrix")).tolist()
    [[16.0, 0.0, 0.0]]
    """
    compute = ops.rfft if transform == "fft" else matrix_rfft
    real, imaginary = compute(signal)
    return ops.square(real) + ops.square(imaginary)


def power_spectrogram(
    waveform, window: np.ndarray, frame_step: int, transform: str = "fft"
):
    """Squared magnitudes of the transforms of short frames.

    The first frame starts with the waveform, none reaches beyond its end.

    Args:
        waveform: `(batch, samples)`, at least one frame.
        window: `(frame_length,)`, such as a `hann_window`.
        frame_step: Samples from one frame to the next.
        transform: `"fft"` or `"matrix"`; see `power_spectrum`.

    Returns:
        `(batch, frames, frame_length // 2 + 1)`.

    >>> power = power_spectrogram(
    ...     ops.ones((1, 10)), hann_window(4), 2, "matrix"
    ... )
    >>> tuple(power.shape)
    (1, 4, 3)
    """
    frame_length = len(window)
    if transform == "matrix":
        return power_spectrum(
            cut(waveform, frame_length, frame_step) * window, "matrix"
        )
    real, imaginary = ops.stft(
        waveform,
        sequence_length=frame_length,
        sequence_stride=frame_step,
        fft_length=frame_length,
        window=ops.convert_to_tensor(window),
        center=False,
    )
    return ops.square(real) + ops.square(imaginary)


def cut(waveform, frame_length: int, frame_step: int):
    """Frames of a waveform, `(batch, frames, frame_length)`.

    They are put together from blocks that begin where a frame may begin.

    >>> np.array(cut(ops.array([[0, 1, 2, 3, 4]]), 3, 1)).tolist()
    [[[0, 1, 2], [1, 2, 3], [2, 3, 4]]]
    """
    size = math.gcd(frame_length, frame_step)
    num_blocks = waveform.shape[1] // size
    blocks = ops.reshape(
        waveform[:, : num_blocks * size], (-1, num_blocks, size)
    )
    num_frames = 1 + (waveform.shape[1] - frame_length) // frame_step
    first = np.arange(num_frames) * (frame_step // size)
    indices = first[:, None] + np.arange(frame_length // size)
    frames = ops.take(blocks, indices.astype("int32"), axis=1)
    return ops.reshape(frames, (-1, num_frames, frame_length))
