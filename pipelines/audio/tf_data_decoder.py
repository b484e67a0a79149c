"""Decoder of clips inside tf.data.

A native op reads and decodes within the graph. libsndfile and soxr do it in
a `tf.numpy_function`, and release the interpreter's lock meanwhile.
"""

import functools
import logging
import os
import time
from collections.abc import Callable
from collections.abc import Collection

import numpy as np
import tensorflow as tf

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.decoder_choice import LIBSNDFILE
from pipelines.audio.libsndfile import check_channel
from pipelines.audio.libsndfile import decode_clip
from pipelines.audio.reading_threads import warn_if_slow
from pipelines.audio.tensorflow_io_ops import decode_native
from pipelines.audio.tensorflow_io_ops import load_audio_ops
from pipelines.files.names import escape_name

logger = logging.getLogger(__name__)


def make_decoder(
    routes: Collection[str],
    sampling_rate: int,
    channel: int | str = "mean",
) -> Callable[..., tf.Tensor]:
    """Returns a function that decodes one clip, for `Dataset.map`.

    The function is called as `decode(path, route, speed=1.0)`: path and route
    of the clip as scalar strings, and the factor by which it is played faster
    (always done by libsndfile and soxr). It returns the waveform,
    `(samples,)`, float32 in [-1, 1].

    A clip that broke since its inspection does not end an epoch: its
    waveform has no sample and the log names it with the reason. What the
    native op refuses is tried with libsndfile first.

    Args:
        routes: Routes of the clips, from `choose_routes`.
        sampling_rate: Sampling rate of the waveforms in Hz.
        channel: `"mean"` over the channels, or the index of one.

    Raises:
        ValueError: If `channel` is neither `"mean"` nor an index.

    >>> decode = make_decoder(["libsndfile"], sampling_rate=16000)
    >>> tuple(decode("gone.wav", "libsndfile").shape)
    (0,)
    """
    check_channel(channel)
    native_routes = sorted(set(routes) - {LIBSNDFILE})
    if native_routes:
        load_audio_ops()

    def decode_or_report(path: np.ndarray, speed: np.ndarray) -> np.ndarray:
        name = os.fsdecode(np.asarray(path).item())
        begin = time.monotonic()
        try:
            return decode_clip(name, sampling_rate, channel, float(speed))
        except (OSError, RuntimeError, ValueError) as error:
            logger.error(
                "clip left out: %s: %s", escape_name(name), broken_reason(error)
            )
            return np.zeros(0, np.float32)
        finally:
            warn_if_slow(name, time.monotonic() - begin)

    def decode_by_libsndfile(path: tf.Tensor, speed: tf.Tensor) -> tf.Tensor:
        waveform = tf.numpy_function(
            decode_or_report, [path, speed], tf.float32
        )
        return tf.ensure_shape(waveform, [None])

    def decode_by_route(path: tf.Tensor, route: tf.Tensor) -> tf.Tensor:
        branches = [
            functools.partial(decode_native, path, name, channel)
            for name in native_routes
        ]
        is_route = tf.cast(tf.equal(route, native_routes), tf.int32)
        return tf.switch_case(
            tf.argmax(is_route, output_type=tf.int32), branches
        )

    def decode(
        path: tf.Tensor, route: tf.Tensor, speed: tf.Tensor | float = 1.0
    ) -> tf.Tensor:
        speed = tf.cast(speed, tf.float32)
        if not native_routes:
            return decode_by_libsndfile(path, speed)
        is_native = tf.reduce_any(tf.equal(route, native_routes))
        nothing = tf.zeros([0], tf.float32)
        waveform = tf.cond(
            is_native & tf.equal(speed, 1.0),
            lambda: _try(decode_by_route, path, route),
            lambda: nothing,
        )
        return tf.cond(
            tf.size(waveform) > 0,
            lambda: waveform,
            lambda: decode_by_libsndfile(path, speed),
        )

    return decode


def _try(
    function: Callable[..., tf.Tensor], *arguments: tf.Tensor
) -> tf.Tensor:
    """Calls a function in the graph; no sample where its ops raise."""
    attempt = tf.data.Dataset.from_tensors(arguments).map(function)
    nothing = tf.data.Dataset.from_tensors(tf.zeros([0], tf.float32))
    results = attempt.ignore_errors().concatenate(nothing).take(1)
    return results.get_single_element()
