import numpy as np
import pytest

from keras_asd.models import StatisticsEmbedder

SAMPLES = 8000


def make_noise(num_clips, seed=0, level=0.1):
    generator = np.random.default_rng(seed)
    return generator.normal(0.0, level, (num_clips, SAMPLES)).astype("float32")


@pytest.fixture(scope="module")
def embedder():
    embedder = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    embedder.fit(np.array(embedder.statistics(make_noise(20))))
    return embedder


def nearest(embedder, waveform, normal):
    difference = np.array(embedder(waveform))[:, None]
    difference = difference - np.array(embedder(normal))[None]
    return np.linalg.norm(difference, axis=-1).min(axis=1)


def test_an_added_tone_and_a_tremolo_stand_out(embedder):
    time = np.arange(SAMPLES) / 16_000
    tone = 0.05 * np.sin(2 * np.pi * 1500 * time)
    tremolo = 1 + 0.9 * np.sin(2 * np.pi * 15 * time)
    normal, others = make_noise(20), make_noise(6, seed=1)
    usual = nearest(embedder, others, normal)
    for strange in (others + tone, others * tremolo):
        distance = nearest(embedder, strange.astype("float32"), normal)
        assert distance.min() > 1.5 * usual.max()


def test_gain_does_not_matter_unless_the_level_is_kept(embedder):
    waveform = make_noise(2, seed=1)
    np.testing.assert_allclose(
        np.array(embedder(waveform)),
        np.array(embedder(4 * waveform)),
        atol=0.02,
    )
    kept = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8, level="kept")
    gain = np.array(kept.statistics(10 * waveform) - kept.statistics(waveform))
    np.testing.assert_allclose(gain[:, :8], 20.0, atol=0.01)


def test_the_steps_are_the_whole(embedder):
    waveform = make_noise(2, seed=1)
    representations = embedder.represent(waveform)
    assert set(representations) == {"log_mel"}
    np.testing.assert_array_equal(
        np.array(embedder.embed(representations, training=False)),
        np.array(embedder(waveform)),
    )
    np.testing.assert_array_equal(
        np.array(embedder.whitening(embedder.statistics(waveform))),
        np.array(embedder(waveform)),
    )


def test_what_is_hidden_shows_the_bands_means(embedder):
    representations = embedder.represent(make_noise(2))
    log_mel = np.array(representations["log_mel"])
    neutral = embedder.neutral(representations)
    assert set(neutral) == {"log_mel"}
    for clip, filled in zip(log_mel, np.array(neutral["log_mel"]), strict=True):
        for band in range(8):
            np.testing.assert_allclose(
                filled[:, band], clip[:, band].mean(), rtol=1e-4
            )


def test_the_axes_are_seconds_and_the_filters_peaks(embedder):
    (time_label, time), (hz_label, hz) = embedder.axes("log_mel")
    assert (time_label, hz_label) == ("time, s", "frequency, Hz")
    log_mel = embedder.represent(make_noise(1))["log_mel"]
    assert log_mel.shape[1:] == (len(time), len(hz))
    assert time[1] == pytest.approx(0.016)
    peaks = embedder.front_end.filters.argmax(axis=0) * 16_000 / 512
    np.testing.assert_allclose(hz, peaks, atol=16_000 / 512)
    with pytest.raises(ValueError, match="'log_mel'"):
        embedder.axes("spectrum")


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_silence_and_constant_clips_are_finite(embedder, value):
    clip = np.full((1, SAMPLES), value, "float32")
    assert np.isfinite(np.array(embedder(clip))).all()


def test_nothing_is_trained(embedder):
    assert not embedder.trainable_weights
    assert len(embedder.weights) == 2
    assert embedder.embedding_dim == 64


def test_weights_alone_may_be_loaded(embedder, tmp_path):
    path = tmp_path / "model.weights.h5"
    embedder.save_weights(path)
    fresh = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    with pytest.raises(ValueError, match="must be fitted"):
        fresh(make_noise(1))
    fresh.load_weights(path)
    np.testing.assert_array_equal(
        np.array(fresh(make_noise(1))), np.array(embedder(make_noise(1)))
    )


def test_lengths_that_do_not_fit_are_refused(embedder):
    with pytest.raises(ValueError, match="8000 samples.*`AnomalyDetector`"):
        embedder(np.zeros((1, 7999)))
    with pytest.raises(ValueError, match="at least a frame of 0.032 s"):
        StatisticsEmbedder(samples=511)


def test_an_embedding_has_at_most_as_many_components_as_there_are_features():
    embedder = StatisticsEmbedder(
        samples=SAMPLES, num_mel_bins=8, num_components=256
    )
    assert embedder.embedding_dim == embedder.num_components == 64
    embedder.fit(np.array(embedder.statistics(make_noise(20))))
    assert embedder(make_noise(2)).shape == (2, 64)
