import math

import numpy as np
import pytest

from keras_asd.losses import AdaCos
from keras_asd.losses import SubclusterAdaCos

COSINE = np.random.default_rng(0).uniform(-1, 1, (6, 4)).astype("float32")
CLASSES = [0, 1, 2, 3, 0, 1]
ONE_HOT = np.eye(4, dtype="float32")[CLASSES]


def test_it_is_the_cross_entropy_of_scaled_cosines():
    scale = math.sqrt(2) * math.log(3)
    expected = 0.0
    for cosine, own in zip(COSINE.tolist(), CLASSES, strict=True):
        odds = [math.exp(scale * value) for value in cosine]
        expected -= math.log(odds[own] / sum(odds)) / 6
    assert float(AdaCos(4)(ONE_HOT, COSINE)) == pytest.approx(expected)


def test_it_is_sub_cluster_adacos_with_one_centre_a_class():
    for mode in ("fixed", "adaptive", "reference"):
        adacos, other = AdaCos(4, mode), SubclusterAdaCos(4, 1, mode)
        for _ in range(3):
            adacos.adapt(ONE_HOT, COSINE)
            other.adapt(ONE_HOT, COSINE[..., None])
            assert float(adacos.scale) == float(other.scale)
            assert float(adacos(ONE_HOT, COSINE)) == float(
                other(ONE_HOT, COSINE[..., None])
            )


def test_of_one_hot_classes_its_adaptive_scale_is_the_paper_s():
    loss = AdaCos(4, scale="adaptive")
    scale = math.sqrt(2) * math.log(3)
    cosine = COSINE[:5]
    for _ in range(3):
        total, angles = 0.0, []
        for values, own in zip(cosine.tolist(), CLASSES[:5], strict=True):
            total += sum(
                math.exp(scale * value)
                for index, value in enumerate(values)
                if index != own
            )
            angles.append(math.acos(values[own]))
        angle = min(math.pi / 4, sorted(angles)[2])
        scale = math.log(total / 5) / math.cos(angle)
        loss.adapt(ONE_HOT[:5], cosine)
        assert float(loss.scale) == pytest.approx(scale, rel=1e-5)


def test_two_classes_have_a_scale_that_can_learn():
    assert AdaCos(2).scale == 0.5
    assert float(AdaCos(2, scale="reference").scale) == 0.5
