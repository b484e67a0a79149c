import logging
import struct

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from pipelines.audio.decoder_choice import choose_routes
from pipelines.audio.libsndfile import decode_clip
from pipelines.audio.tf_data_decoder import make_decoder

pytestmark = pytest.mark.usefixtures("native_ops")
FORMATS = {
    ("WAV", "PCM_U8"): 2**-7,
    ("WAV", "PCM_16"): 2**-15,
    ("WAV", "PCM_24"): 2**-23,
    ("WAV", "PCM_32"): 2**-23,
    ("WAV", "FLOAT"): 1e-7,
    ("WAV", "DOUBLE"): 1e-7,
    ("WAVEX", "PCM_16"): 2**-15,
    ("WAVEX", "PCM_24"): 2**-23,
    ("WAVEX", "FLOAT"): 1e-7,
    ("RF64", "PCM_16"): 2**-15,
    ("FLAC", "PCM_S8"): 2**-7,
    ("FLAC", "PCM_16"): 2**-15,
    ("FLAC", "PCM_24"): 2**-23,
    ("OGG", "VORBIS"): 0.3,
    ("MP3", "MPEG_LAYER_III"): 0.3,
}
SMOOTH = 0.5 * np.sin(np.arange(32000).reshape(2, 16000).T * 0.05)


def decode_by(decoder, inspected, **arguments):
    [route] = choose_routes([inspected], 16000, decoder)
    decode = make_decoder([route], 16000, **arguments)
    path = str(inspected.clip.path)
    return tf.function(decode)(path, route).numpy(), route


@pytest.mark.parametrize(("container", "subtype"), FORMATS)
def test_every_format_decodes_to_the_mean_of_its_channels(
    tmp_path, inspect, container, subtype
):
    path = tmp_path / "clip"
    soundfile.write(path, SMOOTH, 16000, subtype, format=container)
    inspect(path)
    waveform = decode_clip(path, sampling_rate=16000)
    assert waveform.dtype == np.float32
    assert waveform.shape == (16000,)
    tolerance = FORMATS[container, subtype]
    np.testing.assert_allclose(waveform, SMOOTH.mean(axis=1), atol=tolerance)


@pytest.mark.parametrize("place", ["before", "between", "after"])
@pytest.mark.parametrize("name", [b"JUNK", b"LIST", b"bext"])
@pytest.mark.parametrize("num_bytes", [602, 603])
def test_extra_chunks_change_nothing(
    tmp_path, riff, inspect, noise, place, name, num_bytes
):
    pcm = (noise * 32767).astype("<i2")
    extra = riff.chunk(name, bytes(num_bytes))
    chunks = [riff.format(num_channels=2), riff.chunk(b"data", pcm.tobytes())]
    chunks.insert(["before", "between", "after"].index(place), extra)
    path = tmp_path / "clip.wav"
    path.write_bytes(riff.file(*chunks))
    waveform, _ = decode_by("auto", *inspect(path))
    expected = (pcm / 32768).mean(axis=1)
    np.testing.assert_allclose(waveform, expected, atol=1e-6)


def test_extensible_with_eight_channels_gives_the_mean_or_one(
    tmp_path, riff, inspect
):
    generator = np.random.default_rng(1)
    pcm = generator.integers(-9000, 9000, (16000, 8)).astype("<i2")
    pcm_guid = struct.pack("<H", 1) + bytes.fromhex(
        "000000001000800000aa00389b71"
    )
    extra = struct.pack("<HHI", 22, 16, 0xFF) + pcm_guid
    path = tmp_path / "array.wav"
    chunks = [
        riff.format(num_channels=8, tag=0xFFFE, extra=extra),
        riff.chunk(b"data", pcm.tobytes()),
    ]
    path.write_bytes(riff.file(*chunks))
    [inspected] = inspect(path)
    mean, _ = decode_by("auto", inspected)
    np.testing.assert_allclose(mean, pcm.mean(axis=1) / 32768, atol=1e-6)
    last, _ = decode_by("auto", inspected, channel=7)
    np.testing.assert_allclose(last, pcm[:, 7] / 32768, atol=1e-7)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_resampling_keeps_a_tone(tmp_path, rate):
    path = tmp_path / "tone.wav"
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)
    soundfile.write(path, tone, rate, "FLOAT")
    waveform = decode_clip(path, sampling_rate=16000)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    assert waveform.shape == (16000,)
    inner = slice(500, -500)
    np.testing.assert_allclose(waveform[inner], expected[inner], atol=1e-4)


def test_downsampling_removes_what_would_alias(tmp_path):
    path = tmp_path / "high.wav"
    tone = 0.5 * np.sin(2 * np.pi * 12000 * np.arange(44100) / 44100)
    soundfile.write(path, tone, 44100, "FLOAT")
    waveform = decode_clip(path, sampling_rate=16000)
    assert np.abs(waveform[500:-500]).max() < 1e-4


@pytest.mark.parametrize("speed", [0.8, 1.25])
def test_speed_moves_pitch_and_time_together(tmp_path, inspect, speed):
    path = tmp_path / "tone.wav"
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    soundfile.write(path, tone, 16000)
    [route] = choose_routes(inspect(path), 16000)
    decode = tf.function(make_decoder([route], 16000))
    waveform = decode(str(path), route, speed).numpy()
    assert waveform.shape == (round(16000 / speed),)
    times = np.arange(len(waveform)) / 16000
    expected = 0.5 * np.sin(2 * np.pi * 1000 * speed * times)
    inner = slice(500, -500)
    np.testing.assert_allclose(waveform[inner], expected[inner], atol=1e-3)
    with pytest.raises(ValueError, match="speed=-1"):
        decode_clip(path, 16000, speed=-1)


def test_beyond_full_scale_is_clipped(tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.tile([1.5, -1.5], 8000), 16000, "FLOAT")
    assert set(decode_clip(path, sampling_rate=16000)) == {-1.0, 1.0}


def test_native_is_refused_where_it_does_not_load(
    tmp_path, inspect, noise, monkeypatch, caplog
):
    def fail():
        raise ImportError("no such library")

    monkeypatch.setattr("pipelines.audio.decoder_choice.load_audio_ops", fail)
    caplog.set_level(logging.INFO)
    soundfile.write(tmp_path / "a.wav", noise, 16000)
    good = inspect(tmp_path / "a.wav")
    assert choose_routes(good, 16000, "auto") == ["libsndfile"]
    assert choose_routes(good, 16000, "auto") == ["libsndfile"]
    [record] = caplog.records
    assert record.name == "pipelines.audio.decoder_choice"
    assert record.getMessage() == (
        "decoding 1 clips: 1 by libsndfile (no such library)"
    )
    with pytest.raises(ValueError, match="no such library.* Use decoder="):
        choose_routes(good, 16000, "native")
    with pytest.raises(ValueError, match="decoder='ffmpeg'"):
        choose_routes(good, 16000, "ffmpeg")


@pytest.mark.parametrize("decoder", ["auto", "libsndfile"])
@pytest.mark.parametrize("kept", [None, 0, 20, 9000])
def test_a_clip_that_breaks_later_gives_no_sample_and_is_logged(
    tmp_path, inspect, noise, caplog, decoder, kept
):
    path = tmp_path / "fragile.wav"
    soundfile.write(path, noise, 16000)
    [inspected] = inspect(path)
    content = path.read_bytes()
    path.unlink()
    if kept is not None:
        path.write_bytes(content[:kept])
    waveform, _ = decode_by(decoder, inspected)
    assert waveform.shape == (0,)
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.getMessage().startswith(f"clip left out: {path}: ")


def test_a_clip_that_takes_long_is_named(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("pipelines.audio.reading_threads.SLOW_SECONDS", -1)
    decode = make_decoder(["libsndfile"], sampling_rate=16000)
    decode("slow\r.wav", "libsndfile")
    assert caplog.messages[-1].startswith(r"slow: slow\r.wav: read in ")
