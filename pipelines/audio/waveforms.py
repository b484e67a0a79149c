"""tf.data datasets of waveforms and windows of one length.

Everything streams: a clip is decoded when it is asked for, a few at a time
in parallel, and nothing keeps it.
"""

import os
from collections.abc import Sequence

import tensorflow as tf

from pipelines.audio.decoder_choice import choose_routes
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.tf_data_decoder import make_decoder


def fit_length(
    waveform: tf.Tensor, samples: int, short: str = "tile"
) -> tf.Tensor:
    """Brings a waveform to one length.

    Args:
        waveform: Waveform `(any,)`.
        samples: Length to return; of a longer waveform the first samples.
        short: Treatment of a shorter waveform: `"tile"` repeats it, `"pad"`
            appends zeros. A waveform without any sample becomes zeros.

    Returns:
        Waveform `(samples,)`.

    Raises:
        ValueError: If `samples` is not positive or `short` is neither.

    >>> fit_length(tf.constant([1.0, 2.0, 3.0]), samples=5).numpy().tolist()
    [1.0, 2.0, 3.0, 1.0, 2.0]
    """
    _check_samples(samples)
    if short not in ("tile", "pad"):
        raise ValueError(
            f'`short` must be "tile" or "pad". Received: short={short!r}.'
        )
    waveform = waveform[:samples]
    if short == "tile":
        repeats = -(-samples // tf.maximum(tf.size(waveform), 1))
        waveform = tf.tile(waveform, [repeats])[:samples]
    waveform = tf.pad(waveform, [[0, samples - tf.size(waveform)]])
    return tf.ensure_shape(waveform, [samples])


def window_starts(
    num_samples: int | tf.Tensor, samples: int, step: int | None = None
) -> tf.Tensor:
    """Returns the starts of windows that cover a clip evenly.

    A clip no longer than a window has one, a longer one has
    `count = ceil(num_samples / samples)`, and window `i` starts at
    `floor(i * (num_samples - samples) / (count - 1))`. It is computed
    without that product, so that 32-bit integers do for 46,340 windows.

    Args:
        num_samples: Length of the clip, scalar.
        samples: Length of a window.
        step: Largest number of samples from one window to the next; the
            length of a window if `None`.

    Returns:
        Starts, int32, shape `(count,)`.

    Raises:
        ValueError: If `samples` is not positive.

    >>> window_starts(25, samples=10).numpy().tolist()
    [0, 7, 15]
    """
    _check_samples(samples)
    num_samples = tf.cast(num_samples, tf.int32)
    surplus = tf.maximum(num_samples - samples, 0)
    count = 1 - (-surplus // (step or samples))
    gaps = tf.maximum(count - 1, 1)
    index = tf.range(count)
    return index * (surplus // gaps) + index * (surplus % gaps) // gaps


def waveform_dataset(
    clips: Sequence[InspectedClip],
    sampling_rate: int,
    samples: int,
    channel: int | str = "mean",
    decoder: str = "auto",
    short: str = "tile",
) -> tf.data.Dataset:
    """Streams one waveform per clip, in the given order.

    A clip that broke since its inspection is logged and left out: its index
    does not occur.

    Args:
        clips: Inspected clips.
        sampling_rate: Sampling rate of the waveforms in Hz.
        samples: Length of the waveforms; see `fit_length`.
        channel: `"mean"` over the channels, or the index of one.
        decoder: `"auto"`, `"native"` or `"libsndfile"`; see `choose_routes`.
        short: `"tile"` or `"pad"`; see `fit_length`.

    Returns:
        Dataset of `(index, waveform)`, int64 and `(samples,)` float32.

    Raises:
        ValueError: If an argument is none of those named.

    >>> dataset = waveform_dataset([], sampling_rate=16000, samples=160000)
    >>> dataset.element_spec[1].shape
    TensorShape([160000])
    """
    decoded = _decode_in_order(clips, sampling_rate, channel, decoder)
    return decoded.map(
        lambda index, waveform: (index, fit_length(waveform, samples, short))
    )


def window_dataset(
    clips: Sequence[InspectedClip],
    sampling_rate: int,
    samples: int,
    channel: int | str = "mean",
    decoder: str = "auto",
    short: str = "tile",
    long: str = "window",
    step: int | None = None,
) -> tf.data.Dataset:
    """Streams the windows of each clip, in the given order.

    A clip that broke since its inspection is logged and left out.

    Args:
        clips: Inspected clips.
        sampling_rate: Sampling rate of the windows in Hz.
        samples: Length of a window.
        channel: `"mean"` over the channels, or the index of one.
        decoder: `"auto"`, `"native"` or `"libsndfile"`; see `choose_routes`.
        short: `"tile"` or `"pad"`; see `fit_length`.
        long: Treatment of a longer clip: `"window"` covers it by the windows
            of `window_starts`, `"crop"` takes the first alone.
        step: Largest number of samples from one window to the next; see
            `window_starts`.

    Returns:
        Dataset of `(index, window)`, int64 and `(samples,)` float32, where
        a clip of several windows repeats its index.

    Raises:
        ValueError: If an argument is none of those named.

    >>> dataset = window_dataset([], sampling_rate=16000, samples=160000)
    >>> dataset.element_spec[1].shape
    TensorShape([160000])
    """
    if long == "crop":
        return waveform_dataset(
            clips, sampling_rate, samples, channel, decoder, short
        )
    if long != "window":
        raise ValueError(
            f'`long` must be "window" or "crop". Received: long={long!r}.'
        )

    def cut(index: tf.Tensor, waveform: tf.Tensor) -> tf.data.Dataset:
        starts = window_starts(tf.size(waveform), samples, step)
        return tf.data.Dataset.from_tensor_slices(starts).map(
            lambda start: (index, fit_length(waveform[start:], samples, short))
        )

    decoded = _decode_in_order(clips, sampling_rate, channel, decoder)
    return decoded.flat_map(cut)


def _decode_in_order(
    clips: Sequence[InspectedClip],
    sampling_rate: int,
    channel: int | str,
    decoder: str,
) -> tf.data.Dataset:
    routes = choose_routes(clips, sampling_rate, decoder)
    decode = make_decoder(routes, sampling_rate, channel)
    paths = [os.fsencode(inspected.clip.path) for inspected in clips]
    dataset = tf.data.Dataset.from_tensor_slices(
        (
            tf.range(len(clips), dtype=tf.int64),
            tf.constant(paths, tf.string),
            tf.constant(routes, tf.string),
        )
    )
    return dataset.map(
        lambda index, path, route: (index, decode(path, route)),
        num_parallel_calls=tf.data.AUTOTUNE,
        deterministic=True,
    ).filter(lambda index, waveform: tf.size(waveform) > 0)


def _check_samples(samples: int) -> None:
    if samples < 1:
        raise ValueError(
            "`samples` must be a positive number of samples. Received: "
            f"samples={samples}."
        )
