import math

import numpy as np
import pytest

from keras_asd.losses import ArcFace
from keras_asd.losses import NoisyArcMix

COSINE = np.random.default_rng(0).uniform(-1, 1, (6, 4)).astype("float32")
FIRST = [0, 1, 2, 3, 0, 1]
SECOND = [1, 1, 0, 2, 3, 2]


def mix(weight, first=FIRST, second=SECOND):
    one_hot = np.eye(4)
    rows = [weight * one_hot[first], (1 - weight) * one_hot[second]]
    return np.stack(rows, axis=1)


@pytest.mark.parametrize("weight", [0.1, 0.8, 1.0])
def test_the_margin_is_on_the_first_class_whatever_its_weight(weight):
    expected = 0.0
    for cosine, first, second in zip(COSINE, FIRST, SECOND, strict=True):
        logits = [10.0 * float(value) for value in cosine]
        angle = math.acos(cosine[first])
        logits[first] = 10.0 * (
            math.cos(angle + 0.5)
            if angle < math.pi - 0.5
            else cosine[first] - 0.5 * math.sin(0.5)
        )
        total = math.log(sum(map(math.exp, logits)))
        expected += weight * (total - logits[first]) / 6
        expected += (1 - weight) * (total - logits[second]) / 6
    loss = NoisyArcMix(margin=0.5, scale=10.0)(mix(weight), COSINE)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_three_embeddings_give_the_worked_number():
    embeddings = np.array([[3, 4, 0], [-1, -0.1, 0.2], [-2, 0, 0.3]])
    centres = np.array([[1, 0, 0], [0, 2, 0], [0, 0, 0.5], [1, 1, 1]])
    lengths = np.outer(
        np.linalg.norm(embeddings, axis=1), np.linalg.norm(centres, axis=1)
    )
    loss = NoisyArcMix(margin=0.7, scale=30.0)(
        mix(0.8, [1, 0, 3], [0, 3, 2]), embeddings @ centres.T / lengths
    )
    assert float(loss) == pytest.approx(28.127895, rel=1e-5)


@pytest.mark.parametrize("weight", [0.2, 1.0])
def test_two_clips_of_one_class_give_arcface(weight):
    loss = NoisyArcMix()(mix(weight, FIRST, FIRST), COSINE)
    expected = float(ArcFace()(np.eye(4)[FIRST], COSINE))
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_the_two_classes_do_not_play_the_same_part():
    loss, swapped = (
        float(NoisyArcMix()(mix(0.5, *classes), COSINE))
        for classes in ((FIRST, SECOND), (SECOND, FIRST))
    )
    assert abs(loss - swapped) > 0.1


def test_one_hot_targets_are_refused_with_the_two_rows_explained():
    with pytest.raises(
        ValueError, match=r"shape \(batch, 2, 4\) .*Row 0 is `mix_weight"
    ):
        NoisyArcMix()(np.eye(4)[FIRST], COSINE)
