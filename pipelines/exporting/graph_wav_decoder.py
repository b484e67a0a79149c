"""Decoder of 16-bit PCM WAV bytes inside the TensorFlow graph.

TensorFlow's own op raises for formats that it does not know, such as
WAVE_FORMAT_EXTENSIBLE, and one broken row would fail a served batch. Here
every sequence of bytes gives a waveform and the index of its problem.
"""

import math

import tensorflow as tf

from keras_asd.problems import PROBLEMS
from pipelines.audio.libsndfile import MAX_CHANNELS
from pipelines.audio.libsndfile import MAX_SECONDS
from pipelines.audio.libsndfile import MIN_SECONDS
from pipelines.audio.libsndfile import check_channel
from pipelines.audio.riff import MIN_STREAMING_SIZE
from pipelines.audio.riff import WAV_NAMES

# Far more than any writer leaves before the sound.
MAX_CHUNKS = 256
FORMAT_BYTES = 40
PCM = 1
EXTENSIBLE = 0xFFFE
FULL_SCALE = 32768.0
CHUNK_NAME = "[ -~]{4}"
# What follows the coding in the sub-format of WAVE_FORMAT_EXTENSIBLE.
KNOWN_CODINGS = b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x008\x9bq"


def decode_wav_bytes(
    wav_bytes: tf.Tensor, sampling_rate: int, channel: int | str = "mean"
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decodes the bytes of one clip with core operations alone.

    Plain and WAVE_FORMAT_EXTENSIBLE headers are read, with chunks of any
    kind around the samples. Nothing is resampled. A waveform without a problem
    equals that of `pipelines.audio.libsndfile.decode_clip` bit by bit.

    Args:
        wav_bytes: Whole WAV recording, scalar string.
        sampling_rate: Sampling rate in Hz that the recording must have.
        channel: `"mean"` over the channels, or the index of one.

    Returns:
        Waveform `(samples,)`, float32 in [-1, 1], and the index of the problem
        in `PROBLEMS`, scalar int32. Where this is not 0, the waveform is
        `MIN_SECONDS` of zeros.

    Raises:
        ValueError: If `channel` is neither `"mean"` nor an index.

    >>> from pipelines.audio.riff import bare_header
    >>> clip = bare_header(1, 16000, 16, 640) + bytes([0, 64] * 320)
    >>> waveform, problem = decode_wav_bytes(clip, 16000)
    >>> tuple(waveform.shape), float(waveform[0]), int(problem)
    ((320,), 0.5, 0)
    >>> PROBLEMS[decode_wav_bytes(clip[:99], 16000)[1]]
    'truncated'
    """
    check_channel(channel)
    wav_bytes = tf.reshape(tf.convert_to_tensor(wav_bytes, tf.string), [])
    num_formats, header, start, num_bytes = _find_sound(wav_bytes)
    fields = tf.io.decode_raw(header, tf.uint8)
    num_channels = _number(fields, 2, 2)
    last_channel = 0 if channel == "mean" else int(channel)
    has_no_tail_fault, is_alone = _check_tail(wav_bytes, start, num_bytes)
    has_channel = (num_channels > last_channel) & (num_channels <= MAX_CHANNELS)
    # A wrong number of channels must not divide.
    width = tf.where(has_channel, num_channels, 1)
    num_held = _length(wav_bytes) - start
    num_samples = tf.minimum(num_bytes, num_held) // (2 * width)
    min_samples = math.ceil(MIN_SECONDS * sampling_rate)
    is_right_length = (num_samples >= min_samples) & (
        num_samples <= MAX_SECONDS * sampling_rate
    )
    problem = tf.constant(0)
    for is_right, name in (
        (is_right_length, "length"),
        (has_channel, "channels"),
        (_number(fields, 4, 4) == sampling_rate, "other sampling rate"),
        (is_alone, "several recordings"),
        (has_no_tail_fault, "contradictory header"),
        (_is_consistent(fields), "contradictory header"),
        (num_formats <= 1, "contradictory header"),
        (num_bytes <= num_held, "truncated"),
        (_is_pcm_16(header, fields), "not 16-bit PCM WAV"),
        (start >= 0, "truncated"),
        (_is_wav(wav_bytes), "not 16-bit PCM WAV"),
    ):
        problem = tf.where(is_right, problem, PROBLEMS.index(name))
    is_valid = tf.equal(problem, 0)
    begin = tf.where(is_valid, start, 0)
    num_read = tf.where(is_valid, 2 * width * num_samples, 0)
    sound = tf.io.decode_raw(
        tf.strings.substr(wav_bytes, begin, num_read), tf.int16
    )
    waveform = _mix_down(tf.reshape(sound, [-1, width]), channel)
    num_zeros = tf.where(is_valid, 0, min_samples)
    return tf.concat([waveform, tf.zeros([num_zeros])], axis=0), problem


def _mix_down(sound: tf.Tensor, channel: int | str) -> tf.Tensor:
    """From `(samples, channels)`, int16, to `(samples,)`, float32."""
    width = tf.shape(sound)[1]
    if channel != "mean":
        index = tf.minimum(int(channel), width - 1)
        return tf.cast(tf.gather(sound, index, axis=1), tf.float32) / FULL_SCALE
    # A sum of 64 integers of 16 bits is exact in float32.
    total = tf.reduce_sum(tf.cast(sound, tf.float32), axis=1)
    return total / FULL_SCALE / tf.cast(width, tf.float32)


def _find_sound(wav_bytes: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """Walks the chunks up to the sound.

    Returns:
        The number of formats; the last one's `FORMAT_BYTES`, zeros behind its
        end; where the sound begins, -1 if nowhere; and how many bytes of it
        are promised.
    """
    num_held = _length(wav_bytes)

    def has_more(number, position, num_formats, header, start, num_bytes):
        del num_formats, header, num_bytes
        return (start < 0) & (position + 8 <= num_held) & (number < MAX_CHUNKS)

    def read_chunk(number, position, num_formats, header, start, num_bytes):
        head = _bytes_at(wav_bytes, position, 8)
        name = tf.strings.substr(head, 0, 4)
        size = _number(tf.io.decode_raw(head, tf.uint8), 4, 4)
        position += 8
        content = _bytes_at(wav_bytes, position, FORMAT_BYTES, size)
        is_format = name == b"fmt "
        header = tf.where(is_format, content, header)
        num_formats += tf.cast(is_format, tf.int64)
        is_sound = name == b"data"
        # After bytes that are no name nothing can be read.
        is_name = tf.strings.regex_full_match(name, CHUNK_NAME)
        is_name &= ~tf.reduce_any(tf.equal(name, WAV_NAMES))
        position = tf.where(is_name, position, num_held)
        # Writers that cannot go back leave the size open.
        is_open = size >= MIN_STREAMING_SIZE
        start = tf.where(is_sound, position, start)
        promised = tf.where(is_open, num_held - position, size)
        num_bytes = tf.where(is_sound, promised, num_bytes)
        position += size + size % 2
        return number + 1, position, num_formats, header, start, num_bytes

    zero = tf.constant(0, tf.int64)
    header = tf.constant(bytes(FORMAT_BYTES))
    begin = (zero, zero + 12, zero, header, zero - 1, zero)
    return tuple(tf.while_loop(has_more, read_chunk, begin)[2:])


def _is_wav(wav_bytes: tf.Tensor) -> tf.Tensor:
    head = _bytes_at(wav_bytes, 0, 12)
    is_riff = tf.strings.substr(head, 0, 4) == b"RIFF"
    return is_riff & (tf.strings.substr(head, 8, 4) == b"WAVE")


def _is_pcm_16(header: tf.Tensor, fields: tf.Tensor) -> tf.Tensor:
    coding = _number(fields, 0, 2)
    is_extended_pcm = (
        (coding == EXTENSIBLE)
        & (_number(fields, 24, 2) == PCM)
        & (tf.strings.substr(header, 26, 14) == KNOWN_CODINGS)
    )
    has_16_bits = _number(fields, 14, 2) == 16
    return ((coding == PCM) | is_extended_pcm) & has_16_bits


def _is_consistent(fields: tf.Tensor) -> tf.Tensor:
    """Whether the bytes of a frame and of a second are those of the others."""
    num_channels, frame_bytes = _number(fields, 2, 2), _number(fields, 12, 2)
    rate, byte_rate = _number(fields, 4, 4), _number(fields, 8, 4)
    is_right_rate = (byte_rate == 0) | (byte_rate == rate * frame_bytes)
    return (frame_bytes == 2 * num_channels) & is_right_rate


def _check_tail(
    wav_bytes: tf.Tensor, start: tf.Tensor, num_bytes: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Checks what follows the sound, by the rules of `pipelines.audio.riff`.

    Returns:
        Whether it is whole chunks alone, and whether no second recording.
    """
    num_held = _length(wav_bytes)
    head = tf.io.decode_raw(_bytes_at(wav_bytes, 0, 8), tf.uint8)
    whole_size = _number(head, 4, 4)
    is_open = (whole_size == 0) | (whole_size >= MIN_STREAMING_SIZE)
    limit = tf.where(is_open, num_held, tf.minimum(num_held, whole_size + 8))

    def is_name(position):
        name = _bytes_at(wav_bytes, position, 4)
        return tf.strings.regex_full_match(name, CHUNK_NAME)

    def is_wav(position):
        name = _bytes_at(wav_bytes, position, 4)
        return tf.reduce_any(tf.equal(name, WAV_NAMES))

    def has_more(number, position, is_whole):
        is_inside = ~is_wav(position) & (position + 8 <= limit)
        return is_whole & is_inside & (number < MAX_CHUNKS)

    def read_chunk(number, position, is_whole):
        head = _bytes_at(wav_bytes, position, 8)
        size = _number(tf.io.decode_raw(head, tf.uint8), 4, 4)
        end = position + 8 + size
        return number + 1, end + size % 2, is_name(position) & (end <= limit)

    end = tf.maximum(start, 0) + num_bytes
    end += tf.where(is_name(end), tf.constant(0, tf.int64), num_bytes % 2)
    begin = (tf.constant(0, tf.int64), end, tf.constant(True))
    _, end, is_whole = tf.while_loop(has_more, read_chunk, begin)
    return is_whole, ~is_wav(end)


def _length(text: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.strings.length(text), tf.int64)


def _bytes_at(
    text: tf.Tensor,
    position: tf.Tensor | int,
    num_bytes: int,
    at_most: tf.Tensor | int = 2**31,
) -> tf.Tensor:
    """So many bytes from a position on, zeros where there are none."""
    position = tf.minimum(tf.cast(position, tf.int64), _length(text))
    wanted = tf.minimum(tf.cast(at_most, tf.int64), num_bytes)
    found = tf.strings.substr(text, position, wanted)
    padded = tf.strings.join([found, bytes(num_bytes)])
    return tf.strings.substr(padded, 0, num_bytes)


def _number(fields: tf.Tensor, start: int, num_bytes: int) -> tf.Tensor:
    """An unsigned number, its lowest byte first, as int64."""
    parts = tf.cast(fields[start : start + num_bytes], tf.int64)
    return tf.reduce_sum(parts * [256**k for k in range(num_bytes)])
