"""Decoding with tensorflow-io's ops, inside the graph.

They exist for TensorFlow 2.16 and 2.17; later ones cannot load them. The
WAV op trusts its header: a wrong block size makes it divide by zero or write
beyond its memory, and after an odd chunk it finds no sample. Hence nothing
but a bare, consistent WAV reaches it.
"""

import functools
import types
import warnings

import numpy as np
import tensorflow as tf

from pipelines.audio.regular_file import open_regular
from pipelines.audio.riff import BARE_HEADER_BYTES
from pipelines.audio.riff import bare_header


@functools.cache
def load_audio_ops() -> types.ModuleType:
    """Loads tensorflow-io's audio ops.

    Raises:
        ImportError: If they do not load, with the reason.

    >>> try:
    ...     has_ops = bool(load_audio_ops())
    ... except ImportError:
    ...     has_ops = False
    """
    probe = bare_header(1, 16000, 16, num_data_bytes=2) + bytes(2)
    try:
        with warnings.catch_warnings(), tf.init_scope():
            warnings.simplefilter("ignore")
            from tensorflow_io import audio

            audio.decode_wav(probe, dtype=tf.int16)
    except (ImportError, NotImplementedError, tf.errors.OpError) as error:
        first_line = str(error).partition("\n")[0][:200]
        raise ImportError(
            f"tensorflow-io's ops do not load with TensorFlow {tf.__version__}"
            f": {first_line}"
        ) from error
    return audio


def decode_native(
    path: tf.Tensor, route: str, channel: int | str = "mean"
) -> tf.Tensor:
    """Decodes one clip with the op of a route.

    Args:
        path: Path of the clip, scalar string.
        route: Op and its dtype, such as `"wav int16"`; for FLAC, Ogg
            Vorbis and MP3 see `pipelines.audio.decoder_choice`.
        channel: `"mean"` over the channels, or the index of one.

    Returns:
        Waveform of shape `(samples,)`, float32 in [-1, 1].

    Raises:
        ImportError: If the ops do not load.
        tf.errors.OpError: If the op refuses the bytes, or in a graph, where
            there is no such regular file.
        OSError: If there is no such file.
        ValueError: If it is no regular file.

    >>> try:
    ...     waveform = decode_native("gone.wav", "wav int16")
    ... except (ImportError, OSError):
    ...     print("no such op, or no such clip")
    no such op, or no such clip
    """
    audio = load_audio_ops()
    content = tf.ensure_shape(
        tf.numpy_function(_read_regular, [path], tf.string), []
    )
    coding, dtype = route.split()
    if coding == "vorbis":
        sound = audio.decode_vorbis(content)
    elif coding == "mp3":
        sound = audio.decode_mp3(content)
    elif coding == "flac":
        sound = audio.decode_flac(content, dtype=tf.as_dtype(dtype))
    else:
        sound = audio.decode_wav(_refuse_other(content), dtype=dtype)
    sound = tf.cast(sound, tf.float32)
    if dtype == "uint8":
        sound = (sound - 128.0) / 128.0
    elif dtype != "float32":
        sound = sound / -float(tf.as_dtype(dtype).min)
    if channel == "mean":
        waveform = tf.reduce_mean(sound, axis=-1)
    else:
        waveform = sound[:, channel]
    return tf.clip_by_value(waveform, -1.0, 1.0)


def _read_regular(path: np.ndarray) -> bytes:
    """Reads what is a regular file still: a FIFO would never end."""
    with open_regular(np.asarray(path).item()) as file:
        return file.readall()


def _refuse_other(content: tf.Tensor) -> tf.Tensor:
    """Refuses WAV that is no longer as bare as when it was inspected."""
    begin = bare_header(1, 16000, 16, num_data_bytes=0)[8:22]
    fields = tf.io.decode_raw(tf.strings.substr(content, 22, 14), tf.uint16)
    num_channels, *_, frame_bytes, bits = tf.unstack(
        tf.cast(tf.ensure_shape(fields, [7]), tf.int32)
    )
    data_bytes = tf.io.decode_raw(tf.strings.substr(content, 40, 4), tf.int32)
    held_bytes = tf.strings.length(content) - BARE_HEADER_BYTES
    is_bare = tf.stack(
        [
            tf.equal(tf.strings.substr(content, 8, 14), begin),
            tf.equal(tf.strings.substr(content, 36, 4), b"data"),
            num_channels > 0,
            tf.equal(8 * frame_bytes, num_channels * bits),
            tf.equal(data_bytes[0], held_bytes),
        ]
    )
    check = tf.debugging.assert_equal(is_bare, True, "not a bare WAV")
    with tf.control_dependencies([check]):
        return tf.identity(content)
