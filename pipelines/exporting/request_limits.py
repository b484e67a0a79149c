"""Limits of a served request, inside the graph."""

from typing import Any

import tensorflow as tf

from pipelines.audio.libsndfile import MAX_SECONDS
from pipelines.exporting.request_size import MAX_CLIPS
from pipelines.exporting.request_size import MAX_REQUEST_SECONDS

# Warm-up requests have as many clips of one window each.
MIN_WINDOWS = 8


def check_rows(**inputs: tf.Tensor) -> list:
    """Assertions that inputs have equal numbers of rows, 1 to `MAX_CLIPS`.

    >>> _ = check_rows(waveform=tf.ones((2, 9)), machine=tf.zeros(2))
    >>> check_rows(waveform=tf.ones((65, 9)))
    Traceback (most recent call last):
    tensorflow...InvalidArgumentError: waveform must have at most 64 rows; ...
    """
    sizes = {name: tf.shape(value)[0] for name, value in inputs.items()}
    first, *others = sizes
    checks = [
        tf.debugging.assert_equal(
            sizes[first],
            sizes[name],
            f"{first} and {name} must have the same number of rows",
        )
        for name in others
    ]
    for name, size in sizes.items():
        checks += [
            tf.debugging.assert_positive(
                size, f"{name} must have at least one row"
            ),
            tf.debugging.assert_less_equal(
                size,
                MAX_CLIPS,
                f"{name} must have at most {MAX_CLIPS} rows; send the others "
                "in further requests",
            ),
        ]
    return checks


def check_waveforms(
    waveform: tf.Tensor, samples: int, sampling_rate: int
) -> list:
    """Assertions on the lengths of clips, alone and together.

    Args:
        waveform: Waveforms `(batch, n)`.
        samples: Number of samples of a window of the model.
        sampling_rate: Sampling rate in Hz.

    >>> _ = check_waveforms(tf.ones((2, 9)), 16_000, 16_000)
    """
    length = tf.shape(waveform)[1]
    return [
        tf.debugging.assert_positive(length, "a waveform has no samples"),
        tf.debugging.assert_less_equal(
            length,
            MAX_SECONDS * sampling_rate,
            f"a waveform is longer than {MAX_SECONDS} s",
        ),
        _check_total(
            tf.shape(waveform)[0],
            tf.size(waveform, tf.int64),
            samples,
            sampling_rate,
        ),
    ]


def check_recordings(
    wav_bytes: tf.Tensor, samples: int, sampling_rate: int
) -> list:
    """Assertion that recordings take no more bytes than waveforms may.

    Args:
        wav_bytes: Recordings `(batch,)`.
        samples: Number of samples of a window of the model.
        sampling_rate: Sampling rate in Hz.

    >>> _ = check_recordings(tf.constant([b"RIFF", b"RIFF"]), 16_000, 16_000)
    """
    lengths = tf.cast(tf.strings.length(wav_bytes), tf.int64)
    num_samples = tf.reduce_sum(lengths) // tf.float32.size
    return [
        _check_total(tf.size(wav_bytes), num_samples, samples, sampling_rate)
    ]


def _check_total(num_clips, num_samples, samples, sampling_rate):
    most = max(MAX_REQUEST_SECONDS * sampling_rate, MIN_WINDOWS * samples)
    return tf.debugging.assert_less_equal(
        # A single clip has its own limit.
        tf.where(num_clips > 1, num_samples, 0),
        tf.constant(most, tf.int64),
        f"a request of several clips must have at most {MAX_REQUEST_SECONDS} s "
        "of sound; send fewer clips at once",
    )


def run_in_bounds(
    run: Any, inputs: tuple[tf.Tensor, ...], samples: int, sampling_rate: int
) -> dict[str, tf.Tensor]:
    """Runs a model on a batch in the memory of a single clip of `MAX_SECONDS`.

    Args:
        run: A `tf.function` with an input signature, from tensors `(batch,
            ...)` to a dict of such.
        inputs: Its arguments, waveforms `(batch, n)` first. Where all clips
            together exceed `MAX_SECONDS`, they go one by one.
        samples: Number of samples of a window of the model.
        sampling_rate: Sampling rate in Hz.

    >>> spec = tf.TensorSpec([None, None], tf.float32)
    >>> run = tf.function(lambda x: {"peak": tf.reduce_max(x, 1)}, [spec])
    >>> run_in_bounds(run, (tf.ones((2, 9)),), 9, 16_000)["peak"].shape[0]
    2
    """
    num_clips, length = tf.unstack(tf.shape(inputs[0]))
    num_samples = num_clips * tf.maximum(length, samples)

    def run_one(row):
        outputs = run(*(value[None] for value in row))
        return {name: value[0] for name, value in outputs.items()}

    outputs = run.get_concrete_function().structured_outputs
    spec = {
        name: tf.TensorSpec(value.shape[1:], value.dtype)
        for name, value in outputs.items()
    }
    return tf.cond(
        num_samples <= MAX_SECONDS * sampling_rate,
        lambda: dict(run(*inputs)),
        lambda: tf.map_fn(
            run_one, inputs, parallel_iterations=1, fn_output_signature=spec
        ),
    )
