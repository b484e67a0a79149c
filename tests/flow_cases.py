"""Parts of flows for the contract, and what all their tests need."""

import numpy as np
from keras import ops

from keras_asd.layers import ActNorm
from keras_asd.layers import AffineCoupling
from keras_asd.layers import InvertibleMixing
from keras_asd.models import Flow
from keras_asd.models import FlowEmbedder
from tests.gradients import gradient
from tests.harness import Case


def stir(layer, spread=0.2):
    """The built layer, its zeros and other first weights moved."""
    generator = np.random.default_rng(5)
    for weight in layer.trainable_weights:
        noise = generator.normal(0.0, spread, weight.shape)
        weight.assign(np.array(weight) + noise)
    return layer


def draw_image(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def check_change_of_variables(layer, image, atol=1e-4):
    """The inverse undoes the call, the log-determinant is the Jacobian's."""
    outputs, log_determinant = layer(image)
    assert tuple(outputs.shape) == image.shape
    assert np.abs(np.array(outputs) - image).max() > 0.1
    np.testing.assert_allclose(
        np.array(layer.invert(outputs)), image, atol=atol
    )
    for clip, actual in zip(image, np.array(log_determinant), strict=True):
        matrix = jacobian(lambda value: layer(value)[0], clip[None])
        expected = np.linalg.slogdet(matrix)[1]
        np.testing.assert_allclose(actual, expected, atol=atol)


def jacobian(function, image):
    """Of a function from images to images, at one image, value by value."""
    size = image.size

    def own_values(images):
        # Image `k` of the copies is asked for its value `k` alone.
        values = ops.reshape(function(images), (size, size))
        return ops.sum(values * np.eye(size, dtype="float32"))

    copies = np.repeat(image, size, axis=0)
    return gradient(own_values, copies).reshape(size, size)


def make_flow(_):
    flow = Flow(num_blocks=2, num_steps=1, width=4)
    flow.build((None, 8, 4, 1))
    return stir(flow)


def make_coupling(_):
    coupling = AffineCoupling(4)
    coupling.build((None, 4, 2, 3))
    return stir(coupling)


def make_flow_embedder(samples):
    embedder = FlowEmbedder(
        samples=samples,
        num_mel_bins=8,
        window_frames=4,
        window_step=3,
        num_blocks=2,
        num_steps=1,
        width=8,
    )
    stir(embedder)
    embedder.level.assign(np.full(8, -40.0))
    embedder.spread.assign(np.full(8, 20.0))
    return embedder


def image(frames, mel_bins, channels):
    def make(generator, batch, _):
        shape = (batch, frames, mel_bins, channels)
        return (generator.normal(size=shape).astype("float32"),)

    return make


def waveform(generator, batch, samples):
    return (generator.normal(0, 0.1, (batch, samples)).astype("float32"),)


FLOW_CASES = {
    "layers.ActNorm": Case(
        make=lambda _: ActNorm(), inputs=image(4, 2, 3), sizes=(1,)
    ),
    "layers.AffineCoupling": Case(
        make=make_coupling, inputs=image(4, 2, 3), sizes=(1,)
    ),
    "layers.InvertibleMixing": Case(
        make=lambda _: InvertibleMixing(), inputs=image(4, 2, 3), sizes=(1,)
    ),
    "models.Flow": Case(make=make_flow, inputs=image(8, 4, 1), sizes=(1,)),
    "models.FlowEmbedder": Case(
        make=make_flow_embedder, inputs=waveform, sizes=(4096, 1600)
    ),
}
