import keras
import numpy as np
import pytest

from keras_asd.layers import TotalError
from keras_asd.losses import OwnClassError
from keras_asd.models import Classifier
from keras_asd.models import ReconstructionEmbedder
from tests.harness import to_numpy
from tests.quick_training import compile_quickly
from tests.reconstruction_cases import SAMPLES
from tests.reconstruction_cases import make_noise
from tests.reconstruction_cases import make_small

PREDICTIONS = ("all", "middle")


def slow_residuals(embedder, waveform):
    """Frame by frame, `(clips, windows, frames, bands)`, in float64."""
    weights = [
        to_numpy(layer.kernel) if hasattr(layer, "kernel") else layer
        for layer in embedder.predictor.network.layers
        if not isinstance(layer, keras.layers.ReLU)
    ]
    bias = to_numpy(embedder.predictor.network.layers[-1].bias)

    def predict(vector):
        for weight in weights[:-1]:
            if isinstance(weight, np.ndarray):
                vector = vector @ weight
                continue
            mean = to_numpy(weight.moving_mean)
            spread = np.sqrt(to_numpy(weight.moving_variance) + 1e-3)
            gain, shift = to_numpy(weight.gamma), to_numpy(weight.beta)
            vector = np.maximum((vector - mean) / spread * gain + shift, 0)
        return vector @ weights[-1] + bias

    count, middle = embedder.num_frames, embedder.num_frames // 2
    clips = []
    for log_mel in to_numpy(embedder.represent(waveform)["log_mel"]):
        windows = []
        for first in range(len(log_mel) - count + 1):
            frames = log_mel[first : first + count].astype("float64")
            seen = (frames + 30.0) / 15.0
            if embedder.predicts == "middle":
                seen = np.delete(seen, middle, axis=0)
                frames = frames[middle : middle + 1]
            predicted = 15.0 * predict(seen.reshape(-1)) - 30.0
            windows.append(frames - predicted.reshape(frames.shape))
        clips.append(windows)
    return np.array(clips)


def randomize(embedder):
    generator = np.random.default_rng(4)
    for weight in embedder.predictor.weights:
        value = to_numpy(weight)
        weight.assign(value + generator.uniform(0.05, 0.4, value.shape))
    return embedder


def train(embedder, waveform, epochs, batch_size=8):
    head = TotalError(1, num_terms=embedder.num_mel_bins)
    classifier = Classifier(embedder, head, mix_position="waveform")
    compile_quickly(classifier, keras.optimizers.Adam(1e-2), OwnClassError())
    history = classifier.fit(
        waveform,
        np.ones((len(waveform), 1), "float32"),
        batch_size=batch_size,
        epochs=epochs,
        verbose=0,
    )
    return history.history["loss"]


@pytest.fixture(scope="module", params=PREDICTIONS)
def trained(request):
    keras.utils.set_random_seed(0)
    embedder = make_small(request.param)
    normal = make_noise(24)
    losses = train(embedder, normal, epochs=25)
    is_target = np.arange(24) >= 18
    embedder.fit_residuals(
        [(normal[start::2], is_target[start::2]) for start in range(2)]
    )
    return embedder, losses


@pytest.mark.parametrize("predicts", PREDICTIONS)
def test_bands_add_up_to_the_mean_squared_error_of_a_slow_hand(predicts):
    embedder = randomize(make_small(predicts))
    waveform = make_noise(2)
    expected = slow_residuals(embedder, waveform)
    assert expected.shape[2] == (3 if predicts == "all" else 1)
    bands = to_numpy(embedder(waveform))[:, :16]
    np.testing.assert_allclose(
        bands.sum(axis=1), np.mean(expected**2, axis=(1, 2, 3)), rtol=1e-4
    )
    for band in range(16):
        share = np.mean(expected[..., band] ** 2, axis=(1, 2)) / 16
        np.testing.assert_allclose(bands[:, band], share, rtol=1e-3)


def test_distances_are_those_of_a_slow_hand():
    embedder = make_small()
    normal, others = make_noise(6), make_noise(2, seed=1)
    is_target = np.array([False, True, False, False, True, False])
    embedder.fit_residuals(
        [(normal[:4], is_target[:4]), (normal[4:], is_target[4:])]
    )
    distances = to_numpy(embedder(others))[:, 16:]
    normal_residuals = slow_residuals(embedder, normal)
    for domain in range(2):
        rows = normal_residuals[is_target == domain].reshape(-1, 16)
        precision = np.linalg.inv(np.cov(rows, rowvar=False, bias=True))
        for clip, residuals in enumerate(slow_residuals(embedder, others)):
            rows = residuals.reshape(-1, 16)
            each = [row @ precision @ row for row in rows]
            # The released code multiplies all rows with all others.
            products = rows @ precision @ rows.T
            np.testing.assert_allclose(
                distances[clip, [domain, 2 + domain]],
                [np.mean(each), np.mean(products)],
                rtol=5e-3,
            )


def test_the_middle_frame_is_predicted_but_never_seen():
    embedder = make_small("middle")
    log_mel = to_numpy(embedder.represent(make_noise(1))["log_mel"])
    before = to_numpy(embedder.predictor(log_mel))
    moved = log_mel.copy()
    moved[:, 5] += 7.0
    change = to_numpy(embedder.predictor(moved)) - before
    # Frame 5 is the middle of window 4, and beside that of 3 and 5.
    np.testing.assert_allclose(change[:, 4], 7.0, atol=1e-4)
    assert np.all(np.abs(change[:, [3, 5]]).max(axis=-1) > 1e-3)
    assert not np.delete(change, [3, 4, 5], axis=1).any()


def test_a_frame_moves_what_an_autoencoder_predicts_for_itself():
    embedder = make_small("all")
    log_mel = to_numpy(embedder.represent(make_noise(1))["log_mel"])
    moved = log_mel.copy()
    moved[:, 5] += 7.0
    change = to_numpy(embedder.predictor(moved) - embedder.predictor(log_mel))
    assert np.abs(change[:, 4, 1] - 7.0).max() > 1e-2


def test_the_loss_falls(trained):
    losses = trained[1]
    assert np.mean(losses[-3:]) < 0.3 * losses[0]


def test_a_band_that_grows_and_an_added_tone_stand_out(trained):
    embedder = trained[0]
    normal = make_noise(12, seed=1)
    time = np.arange(SAMPLES) / 16_000
    tone = 0.2 * np.sin(2 * np.pi * 2000 * time)
    spectrum = np.fft.rfft(normal)
    spectrum[:, 1000:1400] *= 4.0
    band = np.fft.irfft(spectrum, SAMPLES)
    usual = to_numpy(embedder(normal))
    for fault in (normal + tone, band):
        strange = to_numpy(embedder(fault.astype("float32")))
        for terms in (slice(None, 16), slice(16, 17), slice(18, 19)):
            scores = strange[:, terms].sum(axis=1)
            is_ahead = scores[:, None] > usual[:, terms].sum(axis=1)
            # How the small network learned depends on the processor.
            assert is_ahead.mean() > 0.9


def test_normal_frames_have_the_distance_of_their_dimensions(trained):
    distances = to_numpy(trained[0](make_noise(24)))[:, 16:18]
    own = [distances[:18, 0].mean(), distances[18:, 1].mean()]
    # As many as bands, and more for a mean residual that is not zero.
    assert np.all((15.99 < np.array(own)) & (np.array(own) < 18.0))


def test_distances_are_zero_before_the_residuals_are_known():
    embedder = make_small()
    assert not to_numpy(embedder(make_noise(2)))[:, 16:].any()


@pytest.mark.parametrize("domain", [False, True])
def test_the_domain_that_has_clips_serves_for_both(domain):
    embedder = make_small()
    embedder.fit_residuals([(make_noise(3), [domain] * 3)])
    distances = to_numpy(embedder(make_noise(2, seed=1)))[:, 16:]
    assert np.all(distances > 0)
    np.testing.assert_array_equal(distances[:, 0], distances[:, 1])
    np.testing.assert_array_equal(distances[:, 2], distances[:, 3])


def test_silence_leaves_everything_finite():
    embedder = make_small()
    embedder.fit_residuals([(np.zeros((2, SAMPLES)), [False, False])])
    assert np.isfinite(to_numpy(embedder(make_noise(2)))).all()


def test_clips_that_tell_nothing_of_residuals_are_refused():
    embedder = make_small()
    noise = make_noise(2)
    with pytest.raises(ValueError, match="Received: none"):
        embedder.fit_residuals([])
    with pytest.raises(ValueError, match="one boolean a clip"):
        embedder.fit_residuals([(noise, [True])])
    noise[0, 7] = np.nan
    with pytest.raises(ValueError, match="broken clips"):
        embedder.fit_residuals([(noise, [True, False])])


def test_the_default_is_the_baseline_s_network():
    for predicts, outputs in (("all", 640), ("middle", 128)):
        embedder = ReconstructionEmbedder(predicts=predicts)
        sizes = [640 if predicts == "all" else 512]
        sizes += [128] * 4 + [8] + [128] * 4
        kernels = sum(
            a * b for a, b in zip(sizes, [*sizes[1:], outputs], strict=True)
        )
        norms = 2 * sum(sizes[1:])
        trainable = sum(
            weight.size for weight in map(to_numpy, embedder.trainable_weights)
        )
        assert trainable == kernels + norms + outputs
        assert embedder.predictor(np.zeros((1, 313, 128))).shape[1] == 309


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="odd and at least 3"):
        make_small("middle", num_frames=4)
    with pytest.raises(ValueError, match="'all', 'middle'"):
        make_small("last")
    with pytest.raises(ValueError, match="3 frames for num_frames=5"):
        make_small(samples=1024, num_frames=5)
    with pytest.raises(ValueError, match="8192 samples"):
        make_small()(np.zeros((1, 8191)))


def test_the_axes_are_those_of_the_front_end():
    embedder = make_small()
    log_mel = embedder.represent(make_noise(1))["log_mel"]
    (_, time), (_, hz) = embedder.axes("log_mel")
    assert log_mel.shape[1:] == (len(time), len(hz))
    with pytest.raises(ValueError, match="'log_mel'"):
        embedder.axes("tgram")
    filled = to_numpy(embedder.neutral({"log_mel": log_mel})["log_mel"])
    np.testing.assert_allclose(
        filled[0, 3], to_numpy(log_mel)[0].mean(axis=0), rtol=1e-4
    )
