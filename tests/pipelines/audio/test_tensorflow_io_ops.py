import os
import struct
import threading

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from pipelines.audio.decoder_choice import NATIVE_ROUTES
from pipelines.audio.decoder_choice import choose_routes
from pipelines.audio.libsndfile import decode_clip
from pipelines.audio.tensorflow_io_ops import decode_native
from pipelines.audio.tensorflow_io_ops import load_audio_ops
from pipelines.audio.tf_data_decoder import make_decoder

try:
    load_audio_ops()
    LOAD_FAILURE = ""
except ImportError as error:
    LOAD_FAILURE = str(error)

pytestmark = [
    pytest.mark.skipif(bool(LOAD_FAILURE), reason=LOAD_FAILURE),
    pytest.mark.usefixtures("native_ops"),
]


@pytest.mark.parametrize(("container", "subtype"), NATIVE_ROUTES)
@pytest.mark.parametrize("num_channels", [1, 2])
@pytest.mark.parametrize("channel", ["mean", 0])
def test_the_two_decoders_agree(
    tmp_path, inspect, noise, container, subtype, num_channels, channel
):
    path = tmp_path / "clip"
    waveform = noise[:, :num_channels]
    soundfile.write(path, waveform, 16000, subtype, format=container)
    [route] = choose_routes(inspect(path), 16000, "native")
    native = decode_native(str(path), route, channel)
    expected = decode_clip(path, 16000, channel)
    np.testing.assert_allclose(native, expected, atol=1e-6)


def test_forced_native_ops_decode_without_libsndfile(
    tmp_path, inspect, noise, monkeypatch
):
    soundfile.write(tmp_path / "a.wav", noise, 16000)
    soundfile.write(tmp_path / "b.wav", noise, 16000, "PCM_24")
    soundfile.write(tmp_path / "c.flac", noise, 16000)
    paths = sorted(tmp_path.iterdir())
    chosen = choose_routes(inspect(*paths), 16000, "native")
    monkeypatch.delattr("pipelines.audio.tf_data_decoder.decode_clip")
    decode = tf.function(make_decoder(chosen, 16000))
    for path, route in zip(paths, chosen, strict=True):
        waveform = decode(str(path), tf.constant(route))
        np.testing.assert_allclose(waveform, noise.mean(axis=1), atol=1e-4)


def test_auto_takes_the_native_op_for_bare_wav_alone(tmp_path, inspect, noise):
    soundfile.write(tmp_path / "a.wav", noise, 16000)
    soundfile.write(tmp_path / "b.wav", noise, 44100)
    soundfile.write(tmp_path / "c.wav", noise, 16000, "PCM_32")
    soundfile.write(tmp_path / "d.wav", noise, 16000, format="WAVEX")
    soundfile.write(tmp_path / "e.flac", noise, 16000)
    good = inspect(*sorted(tmp_path.iterdir()))
    assert choose_routes(good, 16000) == ["wav int16"] + ["libsndfile"] * 4
    assert choose_routes(good, 16000, "libsndfile") == ["libsndfile"] * 5
    with pytest.raises(ValueError, match="b.wav.* Use decoder="):
        choose_routes(good, 16000, "native")


def test_what_the_native_op_refuses_is_read_by_libsndfile(tmp_path, noise):
    path = tmp_path / "changed.wav"
    for changes in [{"format": "WAVEX"}, {"subtype": "FLOAT"}]:
        soundfile.write(path, noise, 16000, **{"format": "WAV", **changes})
        waveform = make_decoder(["wav int16"], 16000)(str(path), "wav int16")
        np.testing.assert_allclose(waveform, noise.mean(axis=1), atol=1e-4)


@pytest.mark.parametrize(
    ("position", "field"),
    [
        (16, "<I"),  # size of the format
        (20, "<H"),  # coding
        (22, "<H"),  # channels
        (32, "<H"),  # block size
        (34, "<H"),  # bits
        (36, "<I"),  # name of the data chunk
        (40, "<I"),  # size of the data
    ],
)
@pytest.mark.parametrize("value", [0, 1, 250, 65535])
def test_a_wrong_header_never_reaches_the_native_op(
    tmp_path, noise, position, field, value
):
    path = tmp_path / "wrong.wav"
    soundfile.write(path, noise, 16000)
    content = bytearray(path.read_bytes())
    if struct.unpack_from(field, content, position)[0] == value:
        return
    struct.pack_into(field, content, position, value)
    path.write_bytes(content)
    with pytest.raises(tf.errors.InvalidArgumentError, match="not a bare WAV"):
        decode_native(str(path), "wav int16")


def test_a_fifo_in_the_place_of_a_clip_is_not_waited_for(
    tmp_path, inspect, noise, caplog
):
    path = tmp_path / "clip.wav"
    soundfile.write(path, noise, 16000)
    routes = choose_routes(inspect(path), 16000, "native")
    decode = make_decoder(routes, 16000)
    path.unlink()
    os.mkfifo(path)
    is_waited_for = threading.Event()

    def end_waiting():
        is_waited_for.set()
        os.close(os.open(path, os.O_RDWR))

    timer = threading.Timer(10, end_waiting)
    timer.start()
    assert len(decode(str(path), routes[0])) == 0
    timer.cancel()
    assert not is_waited_for.is_set()
    assert "clip.wav: not a regular file: a FIFO" in caplog.text
