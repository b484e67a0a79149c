"""How the scale of sub-cluster AdaCos follows the batches."""

import math
import warnings

import keras
import numpy as np
import pytest

from keras_asd.layers import SubclusterCosine
from keras_asd.losses import SubclusterAdaCos
from tests.gradients import gradient

GENERATOR = np.random.default_rng(0)
COSINE = GENERATOR.uniform(-1, 1, (6, 4, 3)).astype("float32")
SOFT = GENERATOR.dirichlet(np.ones(4), 6).astype("float32")
MIXED = np.array(
    [
        [0.7, 0.3, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 0.5, 0.5],
        [0.2, 0.0, 0.8, 0.0],
        [1.0, 0.0, 0.0, 0.0],
    ],
    "float32",
)


def make(scale="fixed", **options):
    return SubclusterAdaCos(4, 3, scale, **options)


def by_hand(mode, targets, cosines, scale):
    """The next scale of a batch with loops."""
    total, angles = 0.0, []
    for target, cosine in zip(targets.tolist(), cosines.tolist(), strict=True):
        labelled = [index for index in range(4) if target[index] > 0]
        angle = 0.0
        for index, own in enumerate(cosine):
            if mode == "reference":
                angle += target[index] * sum(map(math.acos, own))
            else:
                angle += target[index] * math.acos(max(own)) / sum(target)
            if mode == "reference" or index not in labelled:
                total += sum(math.exp(scale * value) for value in own)
        if mode == "reference":
            angle *= len(labelled)
        angles.append(angle)
    median = sorted(angles)[len(angles) // 2]
    return math.log(total / len(targets)) / math.cos(min(median, math.pi / 4))


@pytest.mark.parametrize("mode", ["adaptive", "reference"])
@pytest.mark.parametrize("near", [0.0, 0.97])
def test_the_scale_follows_a_batch_of_mixed_clips(mode, near):
    is_own = MIXED[:, :, None] > 0.4
    cosine = np.where(is_own & (near > 0), near, COSINE[:5])
    cosine = cosine.astype("float32")
    loss = make(mode)
    scale = float(loss.scale)
    for _ in range(3):
        scale = by_hand(mode, MIXED, cosine, scale)
        loss.adapt(MIXED, cosine)
        assert float(loss.scale) == pytest.approx(scale, rel=1e-5)


def test_the_middle_of_an_even_batch_is_an_even_place_as_published():
    targets = np.repeat([[1.0, 0.0]], 4, axis=0)
    own = np.cos([0.1, 0.3, 0.5, 0.7])
    cosine = np.stack([own, np.zeros(4)], axis=1)[..., None]
    loss = SubclusterAdaCos(2, 1, "reference", initial_scale=2.0)
    loss.adapt(targets, cosine)
    expected = math.log(np.mean(np.exp(2 * own) + 1)) / math.cos(0.5)
    assert float(loss.scale) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("mode", ["adaptive", "reference"])
def test_perfect_clips_leave_the_scale_within_its_bounds(mode):
    # 20 classes of 16 centres, every clip on one of its own.
    centres = np.random.default_rng(2).normal(size=(20, 16, 64))
    centres /= np.linalg.norm(centres, axis=-1, keepdims=True)
    cosine = np.einsum("bd,ckd->bck", centres[:, 0], centres)
    loss = SubclusterAdaCos(20, 16, mode)
    for _ in range(80):
        loss.adapt(np.eye(20), cosine)
        assert np.isfinite(float(loss(np.eye(20), cosine)))
    if mode == "adaptive":
        assert 4.0 < float(loss.scale) < 9.0
    else:
        assert float(loss.scale) == 1e6


def test_what_cannot_be_adapted_to_leaves_the_scale():
    loss = make("adaptive")
    before = float(loss.scale)
    loss.adapt(SOFT[:5], np.full((5, 4, 3), np.nan))
    loss.adapt(np.full((5, 4), 0.25), COSINE[:5])
    assert float(loss.scale) == before


def test_an_embedding_of_zeros_is_as_likely_in_every_class():
    head = SubclusterCosine(4, 3)
    loss = make("adaptive")
    zeros = np.zeros((4, 8), "float32")
    loss.adapt(np.eye(4), head(zeros))
    assert math.sqrt(2) * math.log(9) == pytest.approx(float(loss.scale))
    slope = gradient(lambda x: loss(np.eye(4), head(x)), zeros)
    assert np.isfinite(slope).all()
    assert float(loss(np.eye(4), head(zeros))) == pytest.approx(math.log(4))


@pytest.mark.parametrize("mode", ["adaptive", "reference"])
def test_a_call_leaves_the_scale_and_a_configuration_holds_it(mode):
    loss = make(mode)
    loss.adapt(MIXED, COSINE[:5])
    scale = float(loss.scale)
    value = float(loss(SOFT, COSINE))
    assert float(loss.scale) == scale != make().scale
    restored = SubclusterAdaCos.from_config(loss.get_config())
    restored.adapt(MIXED, COSINE[:5])
    assert float(restored.scale) != scale
    restored = SubclusterAdaCos.from_config(loss.get_config())
    assert restored.mode == mode
    restored.is_adapted = True
    assert float(restored(SOFT, COSINE)) == value


def test_a_fixed_scale_stays_whatever_comes():
    loss = make(initial_scale=7.0)
    loss.adapt(SOFT, COSINE)
    assert loss.scale == 7.0
    assert loss.metrics == []


@pytest.mark.parametrize("mode", ["adaptive", "reference"])
def test_another_model_is_warned_once_that_nobody_adapts(mode):
    head = SubclusterCosine(4, 3, is_fixed=False)
    model = keras.Sequential([keras.Input((8,)), head])
    model.compile("sgd", make(mode))
    batch = (np.ones((6, 8), "float32"), SOFT)
    with pytest.warns(UserWarning, match="call `adapt`") as caught:
        model.train_on_batch(*batch)
        model.train_on_batch(*batch)
    assert len(caught) == 1


def test_who_adapts_is_not_warned():
    loss = make("adaptive")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss.adapt(SOFT, COSINE)
        loss(SOFT, COSINE)
        make("fixed")(SOFT, COSINE)
