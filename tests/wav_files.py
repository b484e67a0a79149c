"""WAV recordings byte by byte, and the decoder under test in a graph."""

import struct

import numpy as np
import tensorflow as tf

from keras_asd.problems import PROBLEMS
from pipelines.audio.libsndfile import decode_clip
from pipelines.exporting.graph_wav_decoder import decode_wav_bytes

RATE = 16_000
PCM_GUID = b"\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"
FUNCTIONS: dict = {}


def decode(content, channel="mean"):
    """The decoder in a graph, as it is served."""
    if channel not in FUNCTIONS:
        FUNCTIONS[channel] = tf.function(
            lambda content: decode_wav_bytes(content, RATE, channel),
            input_signature=[tf.TensorSpec([], tf.string)],
            jit_compile=False,
        )
    waveform, problem = FUNCTIONS[channel](content)
    assert waveform.dtype == tf.float32 and problem.dtype == tf.int32
    assert problem.shape == ()
    return waveform.numpy(), PROBLEMS[int(problem)]


def assert_same_as_libsndfile(content, path, channel="mean"):
    path.write_bytes(content)
    waveform, problem = decode(content, channel)
    assert problem == ""
    np.testing.assert_array_equal(waveform, decode_clip(path, RATE, channel))


def make_pcm(num_samples=400, num_channels=1, seed=0):
    generator = np.random.default_rng(seed)
    shape = (num_samples, num_channels)
    pcm = generator.integers(-32768, 32768, shape).astype("<i2")
    pcm[:2] = [[-32768], [32767]]
    return pcm


def chunk(name, content, size=None):
    size = len(content) if size is None else size
    return name + struct.pack("<I", size) + content + b"\0" * (size % 2)


def make_format(num_channels=1, rate=RATE, bits=16, coding=1, align=None):
    align = num_channels * bits // 8 if align is None else align
    return struct.pack(
        "<HHIIHH", coding, num_channels, rate, rate * align, align, bits
    )


def extended(format_, guid=PCM_GUID):
    return b"\xfe\xff" + format_[2:] + struct.pack("<HHI", 22, 16, 0) + guid


def make_wav(*chunks):
    content = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


PCM_BYTES = make_pcm().tobytes()
DATA = chunk(b"data", PCM_BYTES)
FORMAT = chunk(b"fmt ", make_format())
