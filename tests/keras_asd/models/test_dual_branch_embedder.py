import keras
import numpy as np
import pytest

from keras_asd.layers import SubclusterCosine
from keras_asd.models import Classifier
from keras_asd.models import DualBranchEmbedder
from tests import harness
from tests.harness import as_function
from tests.harness import to_numpy

TINY = {"samples": 2000, "width": 0.125, "branch_dim": 8}
SWITCHES = {
    "as published": {},
    "log-Mel": {"spectrogram": "log_mel"},
    "several resolutions": {"frame_lengths": (128, 512, 1024)},
    "spectrum alone": {"branches": ("spectrum",)},
    "spectrogram alone": {"branches": ("spectrogram",)},
    "biases": {"has_bias": True},
    "no affine normalisation": {"is_affine": False},
}
every_switch = pytest.mark.parametrize(
    "switch", SWITCHES.values(), ids=SWITCHES
)


@pytest.fixture(scope="module")
def embedder():
    return DualBranchEmbedder(**TINY)


def draw(samples, clips=2):
    generator = np.random.default_rng(0)
    return generator.normal(size=(clips, samples)).astype("float32")


@pytest.mark.parametrize(
    "samples, parameters", [(160_000, 3_310_676), (288_000, 3_441_748)]
)
def test_with_186_classes_it_has_the_published_number_of_parameters(
    samples, parameters
):
    classifier = Classifier(
        DualBranchEmbedder(samples=samples),
        SubclusterCosine(186, 16),
        mix_position="waveform",
    )
    assert classifier.count_params() == parameters
    trainable = sum(np.prod(w.shape) for w in classifier.trainable_weights)
    if samples == 160_000:
        assert trainable == 2_540_978


@every_switch
def test_the_two_steps_are_the_whole(switch):
    embedder = DualBranchEmbedder(**TINY, **switch)
    waveform = draw(2000)
    representations = embedder.represent(waveform)
    embedding = to_numpy(as_function(embedder)(waveform))
    assert embedding.shape == (2, embedder.embedding_dim)
    assert np.isfinite(embedding).all()
    in_steps = to_numpy(embedder.embed(representations))
    np.testing.assert_allclose(in_steps, embedding, rtol=1e-4, atol=1e-4)


@every_switch
def test_its_representations_have_axes_and_a_neutral_value(switch):
    embedder = DualBranchEmbedder(**TINY, **switch)
    representations = to_numpy(embedder.represent(draw(2000)))
    neutral = to_numpy(embedder.neutral(representations))
    assert list(neutral) == list(representations)
    for name, values in representations.items():
        sizes = [len(values) for _, values in embedder.axes(name)]
        labels = [label for label, _ in embedder.axes(name)]
        assert values.shape == (2, *sizes)
        assert labels == ["time, s", "frequency, Hz"][-len(labels) :]
        assert neutral[name].shape == values.shape
        assert not neutral[name].any()


def test_the_branches_are_joined_in_their_order():
    embedder = DualBranchEmbedder(
        **TINY,
        branches=("spectrogram", "spectrum"),
        frame_lengths=(1024, 256),
    )
    names = ["spectrum", "spectrogram_1024", "spectrogram_256"]
    representations = embedder.represent(draw(2000))
    assert list(representations) == names
    whole = to_numpy(embedder.embed(representations))
    for place, name in enumerate(names):
        part = to_numpy(embedder.networks[name](representations[name]))
        np.testing.assert_array_equal(whole[:, 8 * place : 8 * place + 8], part)


def test_a_spectrogram_has_no_mean_over_time(embedder):
    representations = to_numpy(embedder.represent(draw(2000)))
    assert np.abs(representations["spectrogram"].mean(axis=1)).max() < 1e-4
    assert representations["spectrum"].min() >= 0


@pytest.mark.parametrize(
    "frame_length, num_mel_bins", [(256, 32), (1024, 128), (4096, 128)]
)
def test_log_mel_is_that_of_the_front_end(frame_length, num_mel_bins):
    embedder = DualBranchEmbedder(
        **{**TINY, "samples": 5001},
        spectrogram="log_mel",
        frame_lengths=(frame_length,),
    )
    values = to_numpy(embedder.represent(draw(5001))["spectrogram"])
    frames = 1 + 5001 // (frame_length // 2)
    assert values.shape == (2, frames, num_mel_bins)
    # Every band hears something: none is between two bins.
    assert values.std(axis=1).min() > 0.01


@pytest.mark.parametrize("samples", [1024, 1025, 1999, 4001, 8000])
@pytest.mark.parametrize("spectrogram", ["linear", "log_mel"])
def test_short_and_odd_clips_do(samples, spectrogram):
    settings = {**TINY, "samples": samples, "spectrogram": spectrogram}
    embedder = DualBranchEmbedder(**settings)
    embedding = to_numpy(as_function(embedder)(draw(samples)))
    assert embedding.shape == (2, 16)
    assert np.isfinite(embedding).all()


@pytest.mark.parametrize("level", [0.0, 1e-30, 1e3])
def test_silence_and_excess_are_survived(embedder, level):
    embedding = to_numpy(as_function(embedder)(level * draw(2000)))
    assert np.isfinite(embedding).all()


def test_without_bias_and_affine_normalisation_only_kernels_are_trained():
    embedder = DualBranchEmbedder(**TINY, is_affine=False)
    names = {weight.name for weight in embedder.trainable_weights}
    assert names == {"kernel"}


@pytest.mark.parametrize("name", ["log-Mel", "no affine normalisation"])
def test_one_step_moves_every_weight(name):
    case = harness.Case(
        make=lambda samples: DualBranchEmbedder(**TINY, **SWITCHES[name]),
        inputs=lambda generator, clips, samples: (draw(samples, clips),),
        sizes=(2000,),
    )
    harness.check_training_step(case)


def test_with_bias_every_kernel_has_one():
    embedder = DualBranchEmbedder(**TINY, has_bias=True)
    names = [weight.name for weight in embedder.trainable_weights]
    assert names.count("bias") == names.count("kernel") == 29


def test_every_kernel_is_in_the_loss():
    embedder = DualBranchEmbedder(**TINY, kernel_l2=0.5)
    kernels = [w for w in embedder.weights if w.name == "kernel"]
    squares = sum(np.sum(to_numpy(kernel) ** 2) for kernel in kernels)
    total = sum(float(loss) for loss in embedder.losses)
    assert total == pytest.approx(0.5 * squares, rel=1e-4)


def test_all_kernels_begin_different(embedder):
    kernels = [w for w in embedder.weights if w.name == "kernel"]
    starts = [np.ravel(to_numpy(k))[:8] for k in kernels]
    assert len({start.tobytes() for start in starts}) == len(starts)


def test_every_weight_has_a_path_of_its_own(embedder):
    paths = [weight.path.split("/", 1)[1] for weight in embedder.weights]
    assert len(set(paths)) == len(paths)
    assert "spectrogram/block_1_0/shortcut/kernel" in paths
    assert "spectrum/convolution_0/kernel" in paths


def test_the_front_end_stays_in_full_precision():
    embedder = DualBranchEmbedder(**TINY, dtype="mixed_float16")
    policy = keras.DTypePolicy("mixed_float16")
    for front_end in embedder.front_ends.values():
        assert front_end.compute_dtype == "float32"
    assert embedder.networks["spectrum"].compute_dtype == "float32"
    assert embedder.networks["spectrogram"].dtype_policy == policy
    restored = DualBranchEmbedder.from_config(embedder.get_config())
    assert restored.networks["spectrogram"].dtype_policy == policy


def test_a_waveform_of_another_length_is_refused(embedder):
    with pytest.raises(ValueError, match="2000 samples.*`AnomalyDetector`"):
        embedder(np.zeros((1, 1999)))


@pytest.mark.parametrize(
    "settings, message",
    [
        (
            {"branches": ()},
            "`branches` must be some of 'spectrum', 'spectrogram'",
        ),
        ({"branches": ("phase",)}, r"Received: branches=\('phase',\)"),
        ({"spectrogram": "mel"}, "of 'linear', 'log_mel'.*spectrogram='mel'"),
        ({"frame_lengths": ()}, "at least one"),
        ({"frame_lengths": (64, 64)}, "different lengths"),
        ({"frame_lengths": (63,)}, "must be even"),
        ({"frame_lengths": (256, 4096)}, "samples=2000.*Choose shorter frames"),
        ({"width": 0.0}, "`width` must be positive"),
    ],
)
def test_settings_that_make_no_network_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        DualBranchEmbedder(**{**TINY, **settings})


def test_a_clip_shorter_than_a_frame_does_for_the_spectrum_alone():
    embedder = DualBranchEmbedder(
        samples=100, width=0.125, branches=("spectrum",)
    )
    assert embedder(draw(100)).shape == (2, 128)
