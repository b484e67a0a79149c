import numpy as np
import pytest

from keras_asd.layers import Tgram


def slow_tgram(waveform, kernel, encoders, frame_length, frame_step):
    """Loops over frames and taps, PyTorch's padding of half a frame."""
    half = frame_length // 2
    padded = np.concatenate([np.zeros(half), waveform, np.zeros(half)])
    features = []
    for start in range(0, len(waveform) + 1, frame_step):
        frame = padded[start : start + frame_length]
        features.append(
            sum(x * tap for x, tap in zip(frame, kernel, strict=True))
        )
    features = np.array(features)
    num_frames, filters = features.shape
    for gamma, beta, taps in encoders:
        for channel in range(filters):
            column = features[:, channel]
            column = (column - column.mean()) / np.sqrt(column.var() + 1e-5)
            column = column * gamma + beta
            features[:, channel] = np.where(column > 0, column, 0.2 * column)
        bordered = np.pad(features, [(1, 1), (0, 0)])
        features = np.array(
            [
                sum(bordered[frame + tap] @ taps[tap] for tap in range(3))
                for frame in range(num_frames)
            ]
        )
    return features


@pytest.mark.parametrize(
    "samples, frame_length, frame_step",
    [(70, 16, 8), (64, 16, 8), (63, 16, 8), (65, 16, 4), (5, 16, 8), (1, 4, 2)],
)
def test_it_is_what_a_slow_hand_gets(samples, frame_length, frame_step):
    generator = np.random.default_rng(0)
    layer = Tgram(3, frame_length, frame_step, num_encoders=2)
    layer.build((None, samples))
    weights = [generator.normal(size=w.shape) for w in layer.weights]
    layer.set_weights(weights)
    by_name = dict(zip((w.path for w in layer.weights), weights, strict=True))

    def find(*parts):
        (name,) = (name for name in by_name if name.endswith("/".join(parts)))
        return by_name[name]

    encoders = [
        (
            find(f"norm_{i}", "gamma"),
            find(f"norm_{i}", "beta"),
            find(f"convolution_{i}", "kernel"),
        )
        for i in range(2)
    ]
    waveform = generator.normal(size=samples)
    expected = slow_tgram(
        waveform, weights[0], encoders, frame_length, frame_step
    )
    actual = np.array(layer(waveform[None]))[0]
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)


def test_the_published_one_has_280406_parameters():
    layer = Tgram()
    layer.build((None, 160_000))
    assert layer.count_params() == 280_406


def test_no_two_convolutions_start_alike():
    layer = Tgram(8)
    layer.build((None, 16_000))
    first, second, third = (
        np.array(convolution.kernel.numpy())
        for convolution in layer.convolutions
    )
    assert not np.array_equal(first, second)
    assert not np.array_equal(second, third)


def test_the_weights_start_as_those_of_pytorch():
    layer = Tgram()
    layer.build((None, 16_000))
    kernel = layer.kernel.numpy()
    assert 0.0310 < np.abs(kernel).max() <= 0.03125
    kernel = layer.convolutions[2].kernel.numpy()
    assert 0.0505 < np.abs(kernel).max() <= 0.05104


def test_the_level_of_the_waveform_hardly_matters():
    layer = Tgram(4, 64, 32)
    waveform = np.random.default_rng(0).normal(size=(1, 500))
    loud, louder = (np.array(layer(gain * waveform)) for gain in (10.0, 30.0))
    np.testing.assert_allclose(loud, louder, atol=1e-2)


def test_a_frame_that_does_not_fit_the_step_is_refused():
    with pytest.raises(ValueError, match="multiple of twice `frame_step`"):
        Tgram(frame_length=1000, frame_step=512)


def test_torch_is_refused_by_name(monkeypatch):
    monkeypatch.setattr("keras.backend.backend", lambda: "torch")
    with pytest.raises(NotImplementedError, match="the backend 'torch'"):
        Tgram()
