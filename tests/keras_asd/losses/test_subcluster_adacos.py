import itertools
import math
import os
import pathlib

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
