import itertools
import math
import os
import pathlib
import warnings

import keras
import numpy as np
import pytest
from keras import ops

from keras_asd.layers import SubclusterCosine
from keras_asd.losses import SubclusterAdaCos
from tests.gradients import gradient

DATA = pathlib.Path(__file__).parents[2] / "data"
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


def probabilities(cosine, scale):
    """Of each class, for cosines `(num_classes, num_subclusters)`."""
    odds = [[math.exp(scale * value) for value in own] for own in cosine]
    return [sum(own) / sum(map(sum, odds)) for own in odds]


def test_a_class_has_the_probability_of_all_its_sub_centres():
    scale = math.sqrt(2) * math.log(4 * 3 - 1)
    expected = [
        -sum(
            weight * math.log(probability)
            for weight, probability in zip(
                target, probabilities(cosine.tolist(), scale), strict=True
            )
        )
        for target, cosine in zip(SOFT.tolist(), COSINE, strict=True)
    ]
    actual = np.array(make(reduction=None)(SOFT, COSINE))
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_a_clip_far_off_keeps_its_gradient():
    cosine = np.array([[[-1.0], [1.0]]], "float32")
    target = np.array([[1.0, 0.0]])
    loss = SubclusterAdaCos(2, 1, initial_scale=100.0)
    assert float(loss(target, cosine)) == pytest.approx(200.0)
    slope = gradient(lambda x: loss(target, x), cosine)
    np.testing.assert_allclose(slope[0, :, 0], [-100.0, 100.0], rtol=1e-5)


@pytest.mark.parametrize("scale", [0.5, 8.0, 30.0])
def test_its_gradient_pulls_to_own_centres_and_pushes_from_the_others(scale):
    """The identity behind the paper's theorem on angular margin losses.

    Of squared distances `d` on the sphere, probabilities `p` of the centres
    and `P` of the own class: `scale / 2` times `(1 - P)` times the pull
    `sum(p / P * grad d)` of the own, less the push `sum(p * grad d)`.
    """
    generator = np.random.default_rng(1)
    centres = generator.normal(size=(4, 3, 6))
    centres /= np.linalg.norm(centres, axis=-1, keepdims=True)
    head = SubclusterCosine(4, 3)
    head.build((None, 6))
    head.set_weights([centres])
    loss = SubclusterAdaCos(4, 3, initial_scale=scale)
    for own in range(4):
        x = generator.normal(size=6)
        length = np.linalg.norm(x)
        z = x / length
        cosine = centres @ z
        # The gradient of 2 - 2 cos.
        slopes = -2 * (centres - cosine[..., None] * z) / length
        odds = np.exp(scale * cosine)
        p = odds / odds.sum()
        expected = np.zeros(6)
        total = p[own].sum()
        for k, j in itertools.product(range(4), range(3)):
            if k == own:
                expected += (1 - total) * p[k, j] / total * slopes[k, j]
            else:
                expected -= p[k, j] * slopes[k, j]
        expected *= scale / 2
        target = np.eye(4, dtype="float32")[[own]]
        actual = gradient(
            lambda x, y=target: loss(y, head(x)), x[None].astype("float32")
        )[0]
        distance = np.linalg.norm(actual - expected)
        assert distance < 1e-5 * max(1.0, np.linalg.norm(expected))


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


def test_no_sub_cluster_is_refused():
    with pytest.raises(ValueError, match="Received: num_subclusters=0"):
        SubclusterAdaCos(4, 0)


def read_golden(case):
    folder = pathlib.Path(os.environ.get("KERAS_ASD_GOLDEN", DATA))
    with np.load(folder / "subcluster_adacos.npz") as file:
        golden = {
            key.split("/")[1]: file[key]
            for key in file.files
            if key.startswith(f"{case}/")
        }
    if not golden:
        pytest.skip("KERAS_ASD_GOLDEN names no folder with this case")
    return golden


@pytest.mark.parametrize("case", ["0", "1", "2", "3"])
def test_the_published_code_gives_the_same_numbers(case):
    golden = read_golden(case)
    num_subclusters = int(golden["num_subclusters"])
    num_classes = golden["mixed_targets"].shape[1]
    embedding = golden["embedding"]
    head = SubclusterCosine(num_classes, num_subclusters)
    head.build(embedding.shape)
    # The published columns: all sub-centres of a class, then the next.
    shape = (num_classes, num_subclusters, -1)
    head.set_weights([golden["centres"].T.reshape(shape)])
    loss = SubclusterAdaCos(num_classes, num_subclusters, "reference")
    cosine = head(embedding)

    def class_probability():
        return np.exp(ops.convert_to_numpy(loss.log_probabilities(cosine)))

    np.testing.assert_allclose(
        class_probability(), golden["class_probability_eval"], rtol=0, atol=1e-6
    )
    scales = [float(loss.scale)]
    one_hot = np.eye(num_classes)[golden["labels"]]
    for targets in (one_hot, golden["mixed_targets"]) * 2:
        loss.adapt(targets, cosine)
        scales.append(float(loss.scale))
    expected = golden["scale_sequence_reference"]
    np.testing.assert_allclose(scales, expected, rtol=0, atol=1e-4)
    np.testing.assert_allclose(
        class_probability(),
        golden["class_probability_train_last"],
        rtol=0,
        atol=1e-6,
    )
