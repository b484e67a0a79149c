import keras
import numpy as np
import pytest

from keras_asd.layers import TotalError
from keras_asd.losses import OutlierExposure
from keras_asd.models import Classifier
from keras_asd.models import FlowEmbedder
from tests.flow_cases import stir
from tests.quick_training import compile_quickly

SAMPLES = 8192
SIZES = {
    "samples": SAMPLES,
    "num_mel_bins": 16,
    "window_frames": 8,
    "window_step": 8,
    "num_blocks": 2,
    "num_steps": 1,
    "width": 8,
}


def make_noise(num_clips, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(0, 0.1, (num_clips, SAMPLES)).astype("float32")


def hum(hz):
    """A tone above the noise of a few Mel bands."""
    time = np.arange(SAMPLES) / 16_000
    return (0.03 * np.sin(2 * np.pi * hz * time)).astype("float32")


def surprisal(embedder, waveform):
    return np.sum(np.array(embedder(waveform)), axis=-1)


def train(weight, num_epochs=12):
    """A flow of noise, with humming siblings as outliers."""
    keras.utils.set_random_seed(0)
    embedder = FlowEmbedder(**SIZES)
    own, siblings = make_noise(24), make_noise(24, seed=1) + hum(1000)
    embedder.fit_standardization([own])
    classifier = Classifier(
        embedder, TotalError(num_classes=2), mix_position="waveform"
    )
    compile_quickly(
        classifier,
        keras.optimizers.Adam(3e-3),
        OutlierExposure(0, margin=0.5, weight=weight),
    )
    history = classifier.fit(
        np.concatenate([own, siblings]),
        np.eye(2)[np.repeat([0, 1], 24)],
        batch_size=12,
        epochs=num_epochs,
        verbose=0,
    )
    return embedder, history.history["loss"]


@pytest.fixture(scope="module")
def trained():
    return train(weight=1.0)


@pytest.mark.slow
def test_the_loss_falls_and_easy_faults_stand_out(trained):
    embedder, losses = trained
    assert losses[-1] < losses[0] - 0.1
    normal = surprisal(embedder, make_noise(12, seed=2))
    others = make_noise(12, seed=3)
    for strange in (others + 4 * hum(3000), 0.3 * others):
        assert surprisal(embedder, strange).min() > normal.max()


@pytest.mark.slow
def test_outliers_are_pushed_away(trained):
    def gap(embedder):
        own, siblings = make_noise(12, seed=2), make_noise(12, seed=3)
        others = surprisal(embedder, siblings + hum(1000))
        return others.mean() - surprisal(embedder, own).mean()

    assert gap(trained[0]) > gap(train(weight=0.0)[0]) + 0.1


def test_the_standardisation_is_each_bands_mean_and_deviation():
    embedder, waveform = FlowEmbedder(**SIZES), make_noise(6)
    embedder.fit_standardization([waveform[:1], waveform[1:] + hum(500)])
    clips = np.concatenate([waveform[:1], waveform[1:] + hum(500)])
    log_mel = np.array(embedder.represent(clips)["log_mel"], "float64")
    for band in range(16):
        level = np.mean(log_mel[:, :, band])
        spread = max(np.std(log_mel[:, :, band]), 1.0)
        assert float(embedder.level[band]) == pytest.approx(level, rel=1e-5)
        assert float(embedder.spread[band]) == pytest.approx(spread, rel=1e-5)


def test_a_band_that_never_moves_has_a_spread_of_one_db():
    embedder = FlowEmbedder(**SIZES)
    embedder.fit_standardization([np.zeros((2, SAMPLES), "float32")])
    np.testing.assert_array_equal(np.array(embedder.spread), np.ones(16))
    with pytest.raises(ValueError, match="normal clips. Received: none"):
        embedder.fit_standardization([])


def test_its_sum_is_the_mean_surprisal_of_its_windows_in_db():
    embedder, waveform = stir(FlowEmbedder(**SIZES), 0.1), make_noise(3)
    embedder.fit_standardization([waveform])
    log_mel = np.array(embedder.represent(waveform)["log_mel"])
    level, spread = np.array(embedder.level), np.array(embedder.spread)
    # 17 frames: windows of 8 at most 8 apart, from the first to the last.
    values = []
    for start in (0, 4, 9):
        window = (log_mel[:, start : start + 8] - level) / spread
        density = np.sum(np.array(embedder.flow(window[..., None])), axis=-1)
        values.append(density + np.mean(np.log(spread)))
    np.testing.assert_allclose(
        surprisal(embedder, waveform), np.mean(values, axis=0), rtol=1e-4
    )


@pytest.mark.parametrize("step", [1, 5, 8])
@pytest.mark.parametrize("samples", [3584, 4096, 9000, 8192])
def test_windows_reach_from_the_first_frame_to_the_last(samples, step):
    embedder = FlowEmbedder(
        **{**SIZES, "samples": samples, "window_step": step}
    )
    num_frames = 1 + samples // 512
    starts = embedder.window_indices[:, 0]
    assert starts[0] == 0
    assert embedder.window_indices[-1, -1] == num_frames - 1
    assert (np.diff(starts) >= 1).all() and (np.diff(starts) <= step).all()
    assert len(starts) == 1 + np.ceil((num_frames - 8) / step)


def test_the_steps_are_the_whole_and_what_is_hidden_is_the_mean():
    embedder, waveform = stir(FlowEmbedder(**SIZES), 0.1), make_noise(2)
    representations = embedder.represent(waveform)
    assert set(representations) == {"log_mel"}
    np.testing.assert_array_equal(
        np.array(embedder.embed(representations, training=False)),
        np.array(embedder(waveform)),
    )
    neutral = np.array(embedder.neutral(representations)["log_mel"])
    log_mel = np.array(representations["log_mel"])
    expected = np.broadcast_to(
        log_mel.mean(axis=1, keepdims=True), log_mel.shape
    )
    np.testing.assert_allclose(neutral, expected, rtol=1e-4)


def test_the_axes_are_seconds_and_hz():
    embedder = FlowEmbedder(**SIZES)
    (time_label, time), (hz_label, hz) = embedder.axes("log_mel")
    assert (time_label, hz_label) == ("time, s", "frequency, Hz")
    assert (len(time), len(hz)) == (17, 16)
    with pytest.raises(ValueError, match="'log_mel'"):
        embedder.axes("tgram")


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_silence_and_constant_clips_are_finite(trained, value):
    clip = np.full((1, SAMPLES), value, "float32")
    assert np.isfinite(np.array(trained[0](clip))).all()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"samples": 3000}, "at least `window_frames` frames"),
        ({"window_step": 9}, "frames are left out"),
        ({"window_step": 0}, "frames are left out"),
        ({"window_frames": 6, "window_step": 6}, "divisible by 2"),
    ],
)
def test_sizes_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        FlowEmbedder(**{**SIZES, **change})


def test_another_length_is_refused():
    with pytest.raises(ValueError, match="8192 samples.*`AnomalyDetector`"):
        FlowEmbedder(**SIZES)(np.zeros((1, SAMPLES - 1)))
