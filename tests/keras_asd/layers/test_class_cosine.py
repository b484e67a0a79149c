import pathlib

import numpy as np
from keras import ops

from keras_asd.layers import ClassCosine
from tests.gradients import gradient

GOLDEN = pathlib.Path(__file__).parents[2] / "data/tastgram_mfn.npz"


def make_head(centres):
    head = ClassCosine(len(centres))
    head.build((None, centres.shape[1]))
    head.set_weights([centres])
    return head


def test_it_is_the_cosine_of_every_angle():
    generator = np.random.default_rng(0)
    centres, embedding = generator.normal(size=(2, 4, 3))
    expected = [
        [f @ w / np.sqrt((f @ f) * (w @ w)) for w in centres] for f in embedding
    ]
    actual = np.array(make_head(centres)(embedding))
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_it_is_what_the_published_code_gets():
    with np.load(GOLDEN) as golden:
        actual = np.array(make_head(golden["centres"])(golden["embedding"]))
        np.testing.assert_allclose(actual, golden["cosine"], atol=1e-6)


def test_an_embedding_on_its_centre_never_exceeds_one():
    centres = np.random.default_rng(0).normal(size=(200, 128))
    cosine = np.array(make_head(centres)(7.0 * centres))
    assert cosine.max() <= 1.0
    np.testing.assert_allclose(np.diag(cosine), 1.0, atol=1e-6)


def test_the_length_of_an_embedding_does_not_matter():
    head = make_head(np.eye(3))
    embedding = np.array([[0.2, -0.4, 0.9]])
    np.testing.assert_allclose(
        np.array(head(1e-3 * embedding)),
        np.array(head(1e3 * embedding)),
        atol=1e-6,
    )


def test_an_embedding_of_zeros_has_finite_cosines_and_gradients():
    head = make_head(np.eye(3))
    zeros = np.zeros((1, 3), "float32")
    np.testing.assert_array_equal(np.array(head(zeros)), 0.0)
    slope = gradient(lambda x: ops.sum(head(x)), zeros)
    assert np.isfinite(slope).all()
