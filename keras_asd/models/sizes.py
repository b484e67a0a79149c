"""Sizes of embedders and front-ends, read from their shapes."""

import keras
import numpy as np


def read_samples(embedder):
    """Length of the waveform that an embedder takes, `None` if unknown.

    It is the attribute `samples`, or the length of the input that a plain
    `keras.Model` was made or built for.

    >>> layers = [keras.Input((400,)), keras.layers.Dense(8)]
    >>> read_samples(keras.Sequential(layers))
    400
    """
    if hasattr(embedder, "samples"):
        return embedder.samples
    shape = getattr(embedder, "input_shape", None)
    if shape is None and hasattr(embedder, "get_build_config"):
        shape = (embedder.get_build_config() or {}).get("input_shape")
    match shape:
        case [_, int(samples)]:
            return samples
    return None


def read_sampling_rate(embedder):
    """Sampling rate of an embedder in Hz, `None` if it does not name one.

    >>> read_sampling_rate(keras.Sequential()) is None
    True
    """
    return getattr(embedder, "sampling_rate", None)


def read_embedding_dim(embedder, samples: int | None) -> int:
    """Length of an embedding; builds an embedder that is not built yet.

    It is the attribute `embedding_dim`, or the size of what a plain
    `keras.Model` gives for waveforms `(batch, samples)`.

    Raises:
        ValueError: If the length of the waveform is not known, or the model
            gives anything but a vector of known length.

    >>> read_embedding_dim(keras.Sequential([keras.layers.Dense(8)]), 400)
    8
    """
    if hasattr(embedder, "embedding_dim"):
        return embedder.embedding_dim
    if samples is None:
        raise ValueError(
            "The length of the waveform that `embedder` takes must be known. "
            f"Received: embedder={type(embedder).__name__}, without a fixed "
            "input shape. Give it an attribute `samples`, or call it once: "
            "`embedder(keras.Input((samples,)))`."
        )
    shape = _output_shape(embedder, samples)
    if shape is None or len(shape) != 2 or shape[1] is None:
        raise ValueError(
            "`embedder` must give one vector of known length a waveform, "
            f"(batch, embedding_dim). Received: output shape {shape} for "
            f"waveforms (batch, {samples}). End it with a pooling or "
            "`keras.layers.Flatten`."
        )
    return shape[1]


def read_log_mel_shape(front_end, samples: int) -> tuple[int, int]:
    """Frames and bands of what a front-end gives; builds the front-end.

    Raises:
        ValueError: If it is no layer from waveforms `(batch, samples)` to
            spectrograms `(batch, frames, mel_bins)`.

    >>> from keras_asd.layers import LogMelSpectrogram
    >>> read_log_mel_shape(LogMelSpectrogram(), samples=16_000)
    (32, 128)
    """
    if not isinstance(front_end, keras.layers.Layer):
        raise ValueError(
            "`front_end` must be a Keras layer. "
            f"Received: front_end={front_end!r}."
        )
    shape = _output_shape(front_end, samples)
    if shape is None or len(shape) != 3 or None in shape[1:]:
        raise ValueError(
            "`front_end` must give spectrograms (batch, frames, mel_bins) of "
            f"known size. Received: output shape {shape} for waveforms "
            f"(batch, {samples}). `keras.layers.Permute((2, 1))` swaps "
            "frequency and time."
        )
    return shape[1:]


def read_axes(front_end, samples: int) -> tuple:
    """Label and values of both axes of a spectrogram.

    They are what the front-end's `axes(samples)` gives, or else indices.

    >>> from keras_asd.layers import LogMelSpectrogram
    >>> [label for label, _ in read_axes(LogMelSpectrogram(), samples=16_000)]
    ['time, s', 'frequency, Hz']
    """
    if hasattr(front_end, "axes"):
        return front_end.axes(samples)
    frames, mel_bins = read_log_mel_shape(front_end, samples)
    return (("frame", np.arange(frames)), ("band", np.arange(mel_bins)))


def _output_shape(layer, samples):
    output = layer(keras.KerasTensor((None, samples), "float32"))
    shape = getattr(output, "shape", None)
    return None if shape is None else tuple(shape)
