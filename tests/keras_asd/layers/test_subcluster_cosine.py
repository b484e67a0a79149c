import numpy as np
import pytest
from keras import ops

from keras_asd.layers import ClassCosine
from keras_asd.layers import SubclusterCosine
from tests.gradients import gradient


def make_head(centres, **options):
    head = SubclusterCosine(*centres.shape[:2], **options)
    head.build((None, centres.shape[-1]))
    head.set_weights([centres])
    return head


def test_it_is_the_cosine_of_every_angle_to_every_sub_centre():
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(4, 2, 3))
    embedding = generator.normal(size=(5, 3))
    expected = [
        [
            [f @ w / np.sqrt((f @ f) * (w @ w)) for w in own_centres]
            for own_centres in centres
        ]
        for f in embedding
    ]
    actual = np.array(make_head(centres)(embedding))
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_with_one_sub_centre_it_is_the_class_cosine():
    centres, embedding = np.random.default_rng(0).normal(size=(2, 6, 8))
    head = ClassCosine(6)
    head.build((None, 8))
    head.set_weights([centres])
    np.testing.assert_allclose(
        np.array(make_head(centres[:, None])(embedding))[..., 0],
        np.array(head(embedding)),
        atol=1e-6,
    )


def test_an_embedding_on_a_sub_centre_never_exceeds_one():
    centres = np.random.default_rng(0).normal(size=(50, 4, 128))
    embedding = 7.0 * centres.reshape(200, 128)
    cosine = np.array(make_head(centres)(embedding)).reshape(200, 200)
    assert cosine.max() <= 1.0
    np.testing.assert_allclose(np.diag(cosine), 1.0, atol=1e-6)


def test_an_embedding_of_zeros_has_finite_cosines_and_gradients():
    head = make_head(np.ones((3, 2, 4)))
    zeros = np.zeros((1, 4), "float32")
    np.testing.assert_array_equal(np.array(head(zeros)), 0.0)
    slope = gradient(lambda x: ops.sum(head(x)), zeros)
    assert np.isfinite(slope).all()


def test_fixed_centres_are_weights_that_no_training_moves():
    fixed, trained = (
        make_head(np.ones((3, 2, 4)), is_fixed=is_fixed)
        for is_fixed in (True, False)
    )
    assert not fixed.trainable_weights
    assert len(fixed.non_trainable_weights) == 1
    assert len(trained.trainable_weights) == 1


@pytest.mark.parametrize("embedding_dim", [16, 256])
def test_centres_are_drawn_evenly_over_all_directions(embedding_dim):
    head = SubclusterCosine(50, 16)
    head.build((None, embedding_dim))
    centres = np.array(head.centres).reshape(800, embedding_dim)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    cosine = (centres @ centres.T)[~np.eye(800, dtype=bool)]
    assert abs(cosine.mean()) < 0.01
    assert cosine.std() == pytest.approx(embedding_dim**-0.5, rel=0.05)
