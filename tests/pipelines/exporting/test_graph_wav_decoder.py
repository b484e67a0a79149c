import struct

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from keras_asd.problems import PROBLEMS
from pipelines.audio.riff import bare_header
from pipelines.exporting.graph_wav_decoder import decode_wav_bytes
from tests.wav_files import DATA
from tests.wav_files import FORMAT
from tests.wav_files import PCM_BYTES
from tests.wav_files import PCM_GUID
from tests.wav_files import RATE
from tests.wav_files import assert_same_as_libsndfile
from tests.wav_files import chunk
from tests.wav_files import decode
from tests.wav_files import extended
from tests.wav_files import make_format
from tests.wav_files import make_pcm
from tests.wav_files import make_wav


@pytest.mark.parametrize("num_channels", [1, 2, 3, 7, 8, 64])
@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
@pytest.mark.parametrize("channel", ["mean", 0])
def test_what_soundfile_writes_is_read_bit_by_bit(
    num_channels, form, channel, tmp_path
):
    pcm = make_pcm(401, num_channels)
    path = tmp_path / "clip.wav"
    soundfile.write(path, pcm, RATE, subtype="PCM_16", format=form)
    assert_same_as_libsndfile(path.read_bytes(), path, channel)


def test_the_last_of_many_channels_is_read(tmp_path):
    pcm = make_pcm(400, 64)
    content = make_wav(
        chunk(b"fmt ", make_format(64)), chunk(b"data", pcm.tobytes())
    )
    waveform, problem = decode(content, 63)
    assert problem == ""
    np.testing.assert_array_equal(waveform, pcm[:, 63] / 32768)


@pytest.mark.parametrize(
    "before",
    [
        [chunk(b"JUNK", bytes(28))],
        [chunk(b"LIST", b"INFOodd")],
        [chunk(b"a  b", b"x"), chunk(b"bext", bytes(601))],
        [chunk(b"LIST", b"INFOINAM\x04\0\0\0data")],
        [chunk(b"JUNK", b"")] * 100,
    ],
)
@pytest.mark.parametrize("is_extended", [False, True])
def test_chunks_around_the_sound_do_not_matter(before, is_extended, tmp_path):
    format_ = make_format(2)
    content = make_wav(
        *before,
        chunk(b"fmt ", extended(format_) if is_extended else format_),
        *before,
        chunk(b"data", make_pcm(400, 2).tobytes()),
        chunk(b"LIST", b"after"),
    )
    assert_same_as_libsndfile(content, tmp_path / "clip.wav")


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFF000, 799, 798, 797])
@pytest.mark.parametrize("num_channels", [1, 2])
def test_open_and_odd_sizes_are_read_up_to_the_last_frame(
    size, num_channels, tmp_path
):
    content = bare_header(num_channels, RATE, 16, 0)[:40]
    content += struct.pack("<I", size) + bytes(range(200)) * 4
    assert_same_as_libsndfile(content, tmp_path / "clip.wav")


@pytest.mark.parametrize(
    "content, channel, problem",
    [
        (b"", "mean", "not 16-bit PCM WAV"),
        (b"RIFF", "mean", "not 16-bit PCM WAV"),
        (b"\0" * 1000, "mean", "not 16-bit PCM WAV"),
        (b"fLaC" + bytes(100), "mean", "not 16-bit PCM WAV"),
        (b"RIFX" + make_wav(FORMAT, DATA)[4:], "mean", "not 16-bit PCM WAV"),
        (make_wav(DATA), "mean", "not 16-bit PCM WAV"),
        (make_wav(DATA, FORMAT), "mean", "not 16-bit PCM WAV"),
        (
            make_wav(chunk(b"fmt ", make_format()[:14]), DATA),
            "mean",
            "not 16-bit PCM WAV",
        ),
        *(
            (make_wav(chunk(b"fmt ", bad), DATA), "mean", "not 16-bit PCM WAV")
            for bad in (
                make_format(bits=8),
                make_format(bits=24),
                make_format(coding=3),
                make_format(coding=0x11),
                extended(make_format(), b"\x03" + PCM_GUID[1:]),
                extended(make_format(), PCM_GUID[:-1] + b"\0"),
                extended(make_format())[:30],
            )
        ),
        (bare_header(1, 8000, 16, 800) + PCM_BYTES, 0, "other sampling rate"),
        (bare_header(1, 0, 16, 800) + PCM_BYTES, 0, "other sampling rate"),
        (bare_header(1, RATE, 16, 800) + PCM_BYTES, 1, "channels"),
        (bare_header(0, RATE, 16, 800) + PCM_BYTES, 0, "channels"),
        (bare_header(65, RATE, 16, 800) + PCM_BYTES, "mean", "channels"),
        (make_wav(), "mean", "truncated"),
        (make_wav(FORMAT), "mean", "truncated"),
        (make_wav(FORMAT, b"data"), "mean", "truncated"),
        (make_wav(FORMAT, chunk(b"a\0\0b", b""), DATA), "mean", "truncated"),
        (make_wav(FORMAT, DATA[:-1]), "mean", "truncated"),
        (bare_header(1, RATE, 16, 10**9) + PCM_BYTES, 0, "truncated"),
        (make_wav(chunk(b"JUNK", b"", 10**9), FORMAT, DATA), 0, "truncated"),
        (make_wav(*[chunk(b"JUNK", b"")] * 300, FORMAT), 0, "truncated"),
        (bare_header(1, RATE, 16, 0), 0, "length"),
        (bare_header(1, RATE, 16, 0) + PCM_BYTES, 0, "length"),
        (bare_header(1, RATE, 16, 318) + PCM_BYTES, 0, "length"),
        (bare_header(1, RATE, 16, 600 * 32_000 + 2), 0, "truncated"),
        (
            bare_header(1, RATE, 16, 600 * 32_000 + 2) + bytes(19_200_002),
            "mean",
            "length",
        ),
    ],
)
def test_bad_bytes_give_a_problem_and_a_short_silence(
    content, channel, problem
):
    waveform, found = decode(content, channel)
    assert found == problem
    np.testing.assert_array_equal(waveform, np.zeros(160))


def test_ten_minutes_are_not_too_long():
    content = bare_header(1, RATE, 16, 19_200_000) + bytes(19_200_000)
    waveform, problem = decode(content)
    assert (problem, len(waveform)) == ("", 9_600_000)


def test_one_bad_row_leaves_the_others_as_they_are():
    good = make_wav(FORMAT, DATA)
    rows = tf.constant([good, b"", good[:100], good])
    waveforms, problems = tf.map_fn(
        lambda row: decode_wav_bytes(row, RATE),
        rows,
        fn_output_signature=(
            tf.RaggedTensorSpec([None], tf.float32, 0),
            tf.TensorSpec([], tf.int32),
        ),
    )
    names = [PROBLEMS[place] for place in problems.numpy()]
    assert names == ["", "not 16-bit PCM WAV", "truncated", ""]
    assert waveforms.row_lengths().numpy().tolist() == [400, 160, 160, 400]


def test_it_is_served_without_this_package(tmp_path):
    module = tf.Module()
    module.decode = tf.function(
        lambda content: dict(
            zip("wp", decode_wav_bytes(content, RATE), strict=True)
        ),
        input_signature=[tf.TensorSpec([], tf.string, name="content")],
    )
    tf.saved_model.save(module, tmp_path / "1", signatures=module.decode)
    served = tf.saved_model.load(tmp_path / "1").signatures["serving_default"]
    expected, _ = decode(make_wav(FORMAT, DATA))
    outputs = served(content=tf.constant(make_wav(FORMAT, DATA)))
    np.testing.assert_array_equal(outputs["w"], expected)
    outputs = served(content=tf.constant(b"RIFF"))
    assert PROBLEMS[int(outputs["p"])] == "not 16-bit PCM WAV"


@pytest.mark.parametrize("channel", [-1, "left", 1.0])
def test_a_channel_without_meaning_is_refused(channel):
    with pytest.raises(ValueError, match="`channel` must be"):
        decode_wav_bytes(b"", RATE, channel)
