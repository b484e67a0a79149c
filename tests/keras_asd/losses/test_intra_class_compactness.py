import numpy as np
import pytest

from keras_asd.losses import IntraClassCompactness


def unit_vectors(generator, *shape):
    vectors = generator.normal(size=shape)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_it_is_the_squared_distance_to_the_own_centre():
    generator = np.random.default_rng(0)
    embedding = unit_vectors(generator, 5, 8)
    centres = unit_vectors(generator, 3, 8)
    classes = [0, 2, 1, 1, 0]
    expected = [
        np.sum((embedding[i] - centres[own]) ** 2)
        for i, own in enumerate(classes)
    ]
    loss = IntraClassCompactness(3, reduction=None)
    actual = np.array(loss(np.eye(3)[classes], embedding @ centres.T))
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_of_several_centres_of_a_class_the_nearest_counts():
    cosine = np.array([[[0.1, 0.4, -0.9], [0.8, 0.9, 1.0]]])
    loss = IntraClassCompactness(2)
    assert float(loss(np.array([[1.0, 0.0]]), cosine)) == pytest.approx(1.2)


def test_a_mixed_clip_is_drawn_to_both_classes_by_weight():
    target, cosine = np.array([[0.7, 0.3]]), np.array([[0.5, 0.0]])
    loss = IntraClassCompactness(2)
    assert float(loss(target, cosine)) == pytest.approx(0.7 * 1.0 + 0.3 * 2.0)


def test_no_class_at_all_is_refused():
    with pytest.raises(ValueError, match="Received: num_classes=0"):
        IntraClassCompactness(0)
