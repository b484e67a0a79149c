import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.losses import NoisyArcMix
from keras_asd.models import Classifier
from keras_asd.models import Embedder
from tests.harness import as_function
from tests.harness import assert_close
from tests.quick_training import compile_quickly

WEIGHT = np.array([0.8, 0.3, 0.5], "float32")
PARTNER = np.array([1, 0, 0], "int32")
TINY = {
    "samples": 4096,
    "num_mel_bins": 16,
    "width": 0.125,
    "stages": "tiny",
}


@pytest.fixture(scope="module")
def embedder(tiny_stages):
    return Embedder(**TINY)


@pytest.fixture(scope="module")
def head():
    return ClassCosine(3)


@pytest.fixture
def inputs():
    generator = np.random.default_rng(0)
    return {
        "waveform": generator.normal(size=(3, 4096)).astype("float32"),
        "mix_weight": WEIGHT,
        "mix_partner": PARTNER[None],
    }


def mix(rows):
    return ops.stack(
        [
            WEIGHT[i] * rows[i] + (1 - WEIGHT[i]) * rows[PARTNER[i]]
            for i in range(3)
        ]
    )


def by_hand(embedder, waveform, mix_position):
    if mix_position == "waveform":
        return embedder(mix(waveform))
    log_mel = embedder.front_end(waveform)
    if mix_position == "features":
        image = mix(embedder.stack(waveform, log_mel))
    else:
        image = embedder.stack(mix(waveform), mix(log_mel))
    return embedder.backbone(image)


@pytest.mark.parametrize(
    "mix_position", ["waveform_and_log_mel", "features", "waveform"]
)
def test_it_mixes_where_it_says(embedder, head, inputs, mix_position):
    classifier = Classifier(embedder, head, mix_position)
    expected = as_function(
        lambda waveform: head(by_hand(embedder, waveform, mix_position))
    )(inputs["waveform"])
    function = as_function(classifier)
    assert_close(function(inputs), expected, atol=1e-4)
    by_rows = {name: inputs[name] for name in ("waveform", "mix_weight")}
    by_rows["partner_waveform"] = inputs["waveform"][PARTNER]
    assert_close(function(by_rows), expected, atol=1e-4)


def test_the_three_mix_positions_really_differ(embedder, head, inputs):
    # Levels at which the gate is neither open nor shut for all.
    clips = inputs["waveform"] * np.array([[0.02], [0.06], [0.2]], "float32")
    log_mel = embedder.front_end(clips)
    features = np.array(mix(embedder.stack(clips, log_mel)))
    both = np.array(embedder.stack(mix(clips), mix(log_mel)))
    alone = mix(clips)
    waveform = np.array(embedder.stack(alone, embedder.front_end(alone)))
    # Channels: Tgram, log-Mel, attended.
    np.testing.assert_allclose(features[..., 1], both[..., 1], atol=1e-4)
    np.testing.assert_allclose(waveform[..., 0], both[..., 0], atol=1e-4)
    for first, second, channel in (
        (features, both, 0),
        (features, both, 2),
        (waveform, both, 1),
    ):
        difference = np.abs(first - second)[..., channel]
        assert difference.max() > 0.1 * np.abs(second[..., channel]).max()


def test_without_draws_nothing_is_mixed(embedder, head, inputs):
    classifier = Classifier(embedder, head)
    function = as_function(classifier)
    waveform = inputs["waveform"]
    expected = as_function(lambda waveform: head(embedder(waveform)))(waveform)
    whole = {**inputs, "mix_weight": np.ones(3, "float32")}
    for same in (waveform, {"waveform": waveform}, whole):
        assert_close(function(same), expected)


def test_mixed_precision_does_not_blur_the_waveform(inputs, tiny_stages):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        classifier = Classifier(
            Embedder(**TINY),
            ClassCosine(3),
            "waveform",
        )
        mixed = classifier.mixup(inputs["waveform"], WEIGHT, PARTNER)
        cosine = as_function(classifier)(inputs)
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_allclose(
        np.array(mixed), mix(inputs["waveform"]), atol=1e-6
    )
    assert keras.backend.standardize_dtype(cosine.dtype) == "float32"


def test_a_batch_of_equal_clips_leaves_the_weights_finite(embedder):
    # Their embeddings are exactly zero after batch normalisation.
    classifier = Classifier(embedder, ClassCosine(3))
    compile_quickly(classifier, keras.optimizers.SGD(1e-3), NoisyArcMix())
    targets = np.zeros((2, 2, 3), "float32")
    targets[:, 0, 0] = 1.0
    loss = classifier.train_on_batch(np.zeros((2, 4096), "float32"), targets)
    assert np.isfinite(loss)
    assert all(np.isfinite(w).all() for w in classifier.get_weights())


def test_an_unknown_mix_position_is_refused(embedder, head):
    with pytest.raises(ValueError, match="Received: mix_position='log_mel'"):
        Classifier(embedder, head, "log_mel")
