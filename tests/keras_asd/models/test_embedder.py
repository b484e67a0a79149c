import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import Embedder

TINY = {
    "samples": 4096,
    "num_mel_bins": 16,
    "width": 0.125,
    "stages": "tiny",
}


@pytest.fixture(scope="module")
def embedder(tiny_stages):
    return Embedder(**TINY)


@pytest.fixture
def waveform():
    return np.random.default_rng(0).normal(size=(2, 4096)).astype("float32")


@pytest.mark.parametrize(
    "channels, stages, num_trainable",
    [
        (("tgram", "log_mel", "attended"), "short", 1_156_566),
        # Published totals less the dead dense layer of 5,289.
        (("log_mel", "tgram"), "short", 1_161_279 - 5289),
        (("log_mel", "tgram"), "original", 1_350_335 - 5289),
    ],
)
def test_with_41_classes_it_has_the_published_number_of_parameters(
    channels, stages, num_trainable
):
    embedder = Embedder(channels=channels, stages=stages)
    head = ClassCosine(41)
    head.build((None, 128))
    trainable = [*embedder.trainable_weights, *head.trainable_weights]
    assert sum(np.prod(weight.shape) for weight in trainable) == num_trainable
    if len(channels) == 3:
        total = embedder.count_params() + head.count_params()
        assert total == 1_170_390


def test_the_three_steps_are_the_whole(embedder, waveform):
    log_mel = embedder.front_end(waveform)
    image = embedder.stack(waveform, log_mel)
    in_steps = np.array(embedder.backbone(image))
    np.testing.assert_allclose(
        in_steps, np.array(embedder(waveform)), atol=1e-5
    )


@pytest.mark.parametrize(
    "channels", [("tgram", "log_mel", "attended"), ("attended", "log_mel")]
)
def test_represent_and_embed_are_the_whole(channels, waveform, tiny_stages):
    embedder = Embedder(**TINY, channels=channels)
    representations = embedder.represent(waveform)
    assert ("tgram" in representations) == ("tgram" in channels)
    np.testing.assert_allclose(
        np.array(embedder.embed(representations)),
        np.array(embedder(waveform)),
        atol=1e-5,
    )


def test_a_masked_part_becomes_its_mean_over_time(embedder, waveform):
    representations = embedder.represent(waveform)
    neutral = embedder.neutral(representations)
    assert list(neutral) == ["log_mel", "tgram"]
    for name, values in representations.items():
        mean = np.array(values).mean(axis=1, keepdims=True)
        np.testing.assert_allclose(
            np.array(neutral[name]), np.repeat(mean, 9, axis=1), atol=1e-5
        )


def test_the_axes_count_frames_and_bins(embedder):
    seconds, hz = embedder.axes("log_mel")
    assert (seconds[0], hz[0]) == ("time, s", "frequency, Hz")
    np.testing.assert_allclose(seconds[1], np.arange(9) * 0.032)
    assert len(hz[1]) == 16
    assert embedder.axes("tgram")[1][0] == "filter"
    np.testing.assert_array_equal(embedder.axes("tgram")[1][1], np.arange(16))


def test_the_channels_are_stacked_in_their_order(embedder, waveform):
    log_mel = embedder.front_end(waveform)
    image = np.array(embedder.stack(waveform, log_mel))
    expected = [
        embedder.tgram(waveform),
        log_mel,
        embedder.attention(log_mel),
    ]
    assert image.shape == (2, 9, 16, 3)
    for channel, value in enumerate(expected):
        np.testing.assert_array_equal(image[..., channel], np.array(value))


@pytest.mark.parametrize("channels", [("log_mel",), ("attended", "tgram")])
def test_channels_may_be_left_out(channels, waveform, tiny_stages):
    embedder = Embedder(**TINY, channels=channels)
    assert embedder(waveform).shape == (2, 128)
    assert (embedder.tgram is None) == ("tgram" not in channels)


def test_the_front_end_stays_in_full_precision(tiny_stages):
    embedder = Embedder(**TINY, dtype="mixed_float16")
    policy = keras.DTypePolicy("mixed_float16")
    assert embedder.front_end.compute_dtype == "float32"
    assert embedder.attention.compute_dtype == "float32"
    assert embedder.tgram.dtype_policy == policy
    restored = Embedder.from_config(embedder.get_config())
    assert restored.backbone.dtype_policy == policy
    assert restored.front_end.compute_dtype == "float32"


def test_inference_does_not_move_the_statistics(embedder, waveform):
    before = embedder.get_weights()
    embedder(waveform)
    for old, new in zip(before, embedder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_waveform_of_another_length_is_refused(embedder):
    with pytest.raises(ValueError, match="4096 samples.*`AnomalyDetector`"):
        embedder(np.zeros((1, 4095)))


@pytest.mark.parametrize("channels", [(), ("log_mel", "phase")])
def test_unknown_channels_are_refused(channels):
    with pytest.raises(ValueError, match="'tgram', 'log_mel', 'attended'"):
        Embedder(channels=channels)
