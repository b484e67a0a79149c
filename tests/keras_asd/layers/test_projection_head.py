import numpy as np
import pytest

from keras_asd.layers import ProjectionHead


def stirred(**settings):
    """A head whose weights and statistics are all drawn."""
    layer = ProjectionHead(**settings)
    layer.build((None, 6))
    generator = np.random.default_rng(0)
    for weight in layer.weights:
        low = 0.5 if weight.name in ("gamma", "moving_variance") else -1.0
        weight.assign(generator.uniform(low, 1.5, weight.shape))
    return layer


@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_it_rectifies_multiplies_and_normalizes_in_turn(num_layers):
    layer = stirred(units=4, num_layers=num_layers)
    embedding = np.random.default_rng(1).normal(size=(5, 6))
    expected = embedding
    for dense, norm in zip(layer.denses, layer.norms, strict=True):
        (kernel,) = dense.get_weights()
        gamma, beta, mean, variance = norm.get_weights()
        expected = np.maximum(expected, 0.0) @ kernel
        expected = gamma * (expected - mean) / np.sqrt(variance + 1e-5) + beta
    np.testing.assert_allclose(
        np.array(layer(embedding.astype("float32"))), expected, rtol=1e-4
    )


def test_the_published_projector_has_two_layers_of_128():
    layer = ProjectionHead()
    layer.build((None, 128))
    assert [tuple(dense.kernel.shape) for dense in layer.denses] == [
        (128, 128),
        (128, 128),
    ]
    assert layer.count_params() == 2 * (128 * 128 + 4 * 128)


def test_only_training_looks_at_the_batch():
    layer = stirred(units=4)
    embedding = np.random.default_rng(1).normal(size=(5, 6)).astype("float32")
    before = layer.get_weights()
    layer(embedding)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    outputs = np.array(layer(embedding, training=True))
    gamma, beta = layer.norms[-1].get_weights()[:2]
    np.testing.assert_allclose(outputs.mean(axis=0), beta, atol=1e-5)
    np.testing.assert_allclose(outputs.std(axis=0), gamma, rtol=1e-2)


@pytest.mark.parametrize("name", ["units", "num_layers"])
def test_a_head_of_nothing_is_refused(name):
    with pytest.raises(ValueError, match=f"Received: {name}=0"):
        ProjectionHead(**{name: 0})
