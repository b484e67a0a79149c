import numpy as np
import pytest

from keras_asd.models import StatisticsEmbedder
from keras_asd.models import ViewsEmbedder

SAMPLES = 16_000


def make_noise(num_clips, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 0.1, (num_clips, SAMPLES)).astype("float32")


@pytest.fixture(scope="module")
def embedder():
    embedder = ViewsEmbedder(samples=SAMPLES, num_mel_bins=8)
    embedder.fit(np.array(embedder.statistics(make_noise(20))))
    return embedder


def test_the_first_view_is_that_of_the_statistics(embedder):
    plain = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    noise = make_noise(20)
    statistics = np.array(plain.statistics(noise))
    dim = embedder.dims[0]
    np.testing.assert_allclose(
        np.array(embedder.statistics(noise))[:, :dim], statistics, atol=1e-5
    )
    plain.fit(statistics)
    np.testing.assert_allclose(
        np.array(embedder(noise))[:, :dim], np.array(plain(noise)), atol=0.01
    )


def test_a_swell_at_the_rate_of_a_shaft_stands_out_in_the_lines(embedder):
    time = np.arange(SAMPLES) / 16_000
    swell = 1 + 0.5 * np.sin(2 * np.pi * 83 * time)
    normal, others = make_noise(20), make_noise(4, seed=1)
    first = sum(embedder.dims[:2])
    usual = np.array(embedder(np.concatenate([normal, others])))[:, first:]
    strange = np.array(embedder((others * swell).astype("float32")))[:, first:]
    assert (strange.max(axis=1) > usual.max()).all()
    cell = strange[0, : embedder.lines.num_cells].argmax()
    assert embedder.lines.cell_hz[cell] == pytest.approx(83, rel=0.05)


def test_the_steps_are_the_whole(embedder):
    waveform = make_noise(2, seed=1)
    representations = embedder.represent(waveform)
    assert set(representations) == {"log_mel", "envelope"}
    np.testing.assert_array_equal(
        np.array(embedder.embed(representations, training=False)),
        np.array(embedder(waveform)),
    )
    for name, values in representations.items():
        (_, time), (_, hz) = embedder.axes(name)
        assert values.shape == (2, len(time), len(hz))
        assert time[-1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_silence_and_constant_clips_are_finite(embedder, value):
    clip = np.full((1, SAMPLES), value, "float32")
    assert np.isfinite(np.array(embedder(clip))).all()


def test_weights_alone_may_be_loaded(embedder, tmp_path):
    path = tmp_path / "model.weights.h5"
    embedder.save_weights(path)
    fresh = ViewsEmbedder(samples=SAMPLES, num_mel_bins=8)
    with pytest.raises(ValueError, match="must be fitted"):
        fresh(make_noise(1))
    fresh.load_weights(path)
    np.testing.assert_array_equal(
        np.array(fresh(make_noise(1))), np.array(embedder(make_noise(1)))
    )


def test_another_sampling_rate_keeps_the_rates_of_the_lines():
    embedder = ViewsEmbedder(samples=48_000, sampling_rate=48_000)
    assert embedder.lines.frame_rate == 500
    assert embedder.embedding_dim == sum(embedder.dims)
