import keras
import numpy as np
import pytest

from keras_asd.layers import ClassLogits


@pytest.fixture
def embedding():
    return np.random.default_rng(0).normal(size=(7, 5)).astype("float32")


@pytest.fixture
def head(embedding):
    layer = ClassLogits(3)
    layer.build(embedding.shape)
    layer.bias.assign([0.5, -1.0, 2.0])
    return layer


def test_it_is_a_dense_layer_without_its_softmax(head, embedding):
    dense = keras.layers.Dense(3, activation="softmax")
    dense.build(embedding.shape)
    dense.set_weights(head.get_weights())
    logits = np.array(head(embedding), "float64")
    odds = np.exp(logits)
    np.testing.assert_allclose(
        odds / odds.sum(axis=1, keepdims=True),
        np.array(dense(embedding)),
        rtol=1e-5,
    )


def test_the_cosines_are_those_to_the_weight_vectors(head, embedding):
    kernel = head.get_weights()[0]
    cosine = np.array(head.cosine(embedding))
    for clip, row in enumerate(embedding):
        for place, column in enumerate(kernel.T):
            expected = row @ column
            expected /= np.linalg.norm(row) * np.linalg.norm(column)
            assert cosine[clip, place] == pytest.approx(expected, abs=1e-6)


def test_the_cosines_are_in_full_precision_and_finite_for_zeros(head):
    cosine = head.cosine(keras.ops.zeros((1, 5), dtype="float16"))
    assert keras.backend.standardize_dtype(cosine.dtype) == "float32"
    np.testing.assert_array_equal(np.array(cosine), np.zeros((1, 3)))


def test_a_head_without_classes_is_refused():
    with pytest.raises(ValueError, match="Received: num_classes=0"):
        ClassLogits(0)
