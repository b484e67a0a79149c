import keras
import numpy as np
import pytest

from pipelines.settings.config import Config
from pipelines.settings.embedders import DualBranch
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import SubclusterAdaCos
from pipelines.training.assembly import make_classifier
from pipelines.training.fused_normalization import fuse_normalizations

CASES = {
    "TASTgram-MFN": Config(MobileFaceNet(width=0.125), clip_seconds=0.5),
    "dual branch": Config(
        DualBranch(width=0.125), loss=SubclusterAdaCos(), clip_seconds=0.5
    ),
}


def train(config, is_fused):
    keras.utils.set_random_seed(0)
    classifier = make_classifier(config, num_classes=3)
    if is_fused:
        fuse_normalizations(classifier)
        fuse_normalizations(classifier)
    waveform = np.random.default_rng(0).uniform(-0.5, 0.5, (6, config.samples))
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]
    if isinstance(config.loss, NoisyArcMix):
        targets = np.stack([targets, 0 * targets], axis=1)
    inputs = waveform.astype("float32")
    losses = [classifier.train_on_batch(inputs, targets)[0] for _ in range(2)]
    return classifier, np.array(losses), classifier.predict_on_batch(inputs)


@pytest.mark.parametrize(
    "name",
    [pytest.param("TASTgram-MFN", marks=pytest.mark.slow), "dual branch"],
)
def test_training_is_the_same_but_for_rounding(name):
    plain, losses, cosines = train(CASES[name], is_fused=False)
    fused, fused_losses, fused_cosines = train(CASES[name], is_fused=True)
    np.testing.assert_allclose(fused_losses, losses, rtol=1e-3)
    np.testing.assert_allclose(fused_cosines, cosines, atol=0.02)
    moving = [
        (old, new)
        for old, new in zip(plain.variables, fused.variables, strict=True)
        if old.name in ("moving_mean", "moving_variance")
    ]
    assert moving
    for old, new in moving:
        np.testing.assert_allclose(
            new.numpy(), old.numpy(), rtol=0.02, atol=2e-3, err_msg=old.path
        )


def test_gradients_and_averages_are_those_of_the_layer_as_keras_has_it():
    import tensorflow as tf

    draw = np.random.default_rng(0)
    images = tf.constant(draw.normal(3.0, 2.0, (2, 3, 4, 5)), tf.float32)
    weights = tf.constant(draw.normal(size=(2, 3, 4, 5)), tf.float32)
    results = []
    for is_fused in (False, True):
        layer = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
        model = keras.Sequential([keras.Input((3, 4, 5)), layer])
        layer.gamma.assign([1.0, 2.0, -1.0, 0.5, 3.0])
        layer.beta.assign([0.0, 1.0, -1.0, 0.5, 3.0])
        if is_fused:
            fuse_normalizations(model)
            assert "call" in vars(layer)
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = model(images, training=True)
            loss = tf.reduce_sum(weights * outputs**2)
        watched = [images, layer.gamma.value, layer.beta.value]
        gradients = tape.gradient(loss, watched)
        averages = [layer.moving_mean, layer.moving_variance]
        quiet = model(images, training=False)
        results.append([outputs, quiet, *gradients, *averages])
    for plain, fused in zip(*results, strict=True):
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(fused),
            keras.ops.convert_to_numpy(plain),
            rtol=1e-3,
            atol=1e-3,
        )


def test_a_layer_that_has_no_scale_stays_as_it_is():
    layer = keras.layers.BatchNormalization(scale=False)
    fuse_normalizations(keras.Sequential([keras.Input((3, 4, 5)), layer]))
    assert "call" not in vars(layer)
