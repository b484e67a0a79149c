import numpy as np
import pytest

from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix

COSINE = np.random.default_rng(0).uniform(-1, 1, (6, 4)).astype("float32")
FIRST = np.eye(4)[[0, 1, 2, 3, 0, 1]]
SECOND = np.eye(4)[[1, 1, 0, 2, 3, 2]]


def mix(weight):
    return np.stack([weight * FIRST, (1 - weight) * SECOND], axis=1)


@pytest.mark.parametrize("weight", [0.0, 0.1, 0.8, 1.0])
def test_it_is_arcface_of_both_classes_weighted(weight):
    arcface = ArcFace(margin=0.5, scale=10.0)
    expected = weight * float(arcface(FIRST, COSINE))
    expected += (1 - weight) * float(arcface(SECOND, COSINE))
    loss = ArcMix(margin=0.5, scale=10.0)(mix(weight), COSINE)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_three_embeddings_give_the_worked_number():
    embeddings = np.array([[3, 4, 0], [-1, -0.1, 0.2], [-2, 0, 0.3]])
    centres = np.array([[1, 0, 0], [0, 2, 0], [0, 0, 0.5], [1, 1, 1]])
    lengths = np.outer(
        np.linalg.norm(embeddings, axis=1), np.linalg.norm(centres, axis=1)
    )
    rows = [0.8 * np.eye(4)[[1, 0, 3]], 0.2 * np.eye(4)[[0, 3, 2]]]
    loss = ArcMix(margin=0.7, scale=30.0)(
        np.stack(rows, axis=1), embeddings @ centres.T / lengths
    )
    assert float(loss) == pytest.approx(31.397629, rel=1e-5)


@pytest.mark.parametrize("shape", [(6, 4), (6, 3, 4), (6, 2, 5)])
def test_other_targets_are_refused_with_the_two_rows_explained(shape):
    with pytest.raises(
        ValueError, match=r"shape \(batch, 2, 4\) .*Row 0 is `mix_weight"
    ):
        ArcMix()(np.ones(shape), COSINE)
