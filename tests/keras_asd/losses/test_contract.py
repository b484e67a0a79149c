"""Every public loss against one contract."""

import json
import pathlib

import keras
import numpy as np
import pytest
from keras import ops

from keras_asd import losses
from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix
from keras_asd.losses import NoisyArcMix
from tests.gradients import gradient

GOLDEN = pathlib.Path(__file__).parents[2] / "data/margin_losses.npz"

# What each loss must be told, and what else it may be.
NEEDS = {
    "AdaCos": {"num_classes": 3},
    "ArcFace": {},
    "ArcMix": {},
    "ClassCrossEntropy": {},
    "CompactnessCrossEntropy": {"num_classes": 3},
    "IntraClassCompactness": {"num_classes": 3},
    "NoisyArcMix": {},
    "OneClassCompactness": {},
    "OutlierExposure": {"own_class": 0},
    "OwnClassError": {},
    "SubclusterAdaCos": {"num_classes": 3, "num_subclusters": 2},
    "SupervisedContrastive": {},
}
MARGIN_LOSSES = ("ArcFace", "ArcMix", "NoisyArcMix")
MIXED_LOSSES = ("ArcMix", "NoisyArcMix")
SCALED_LOSSES = ("AdaCos", "CompactnessCrossEntropy", "SubclusterAdaCos")
OPTIONS = {
    "SupervisedContrastive": {"temperature": 0.5, "includes_anchor": True},
    "OutlierExposure": {"margin": 0.3, "weight": 2.0},
    **dict.fromkeys(MARGIN_LOSSES, {"margin": 0.3, "scale": 16.0}),
    **dict.fromkeys(
        SCALED_LOSSES, {"scale": "adaptive", "initial_scale": 7.25}
    ),
}

every_loss = pytest.mark.parametrize("name", losses.__all__)


def make(name, **options):
    return getattr(losses, name)(**NEEDS[name], **options)


def targets_of(name, num_classes=3, batch=3):
    first = np.eye(num_classes)[np.arange(batch) % num_classes]
    rows = [0.7 * first, 0.3 * np.roll(first, 1, axis=0)]
    if name in MIXED_LOSSES:
        return np.stack(rows, axis=1).astype("float32")
    return first.astype("float32")


def cosines_of(name, cosine):
    """The shape that a loss takes, from cosines `(batch, num_classes)`."""
    if name == "SubclusterAdaCos":
        return np.stack([cosine, cosine[:, ::-1]], axis=-1)
    return cosine[:, :1] if name == "OneClassCompactness" else cosine


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@every_loss
def test_it_comes_back_from_its_configuration(name):
    options = OPTIONS.get(name, {})
    loss = make(name, **options, reduction="sum")
    config = json.loads(json.dumps(keras.losses.serialize(loss)))
    restored = keras.losses.deserialize(config)
    assert isinstance(restored, getattr(losses, name))
    assert restored.get_config() == loss.get_config()
    told = {**NEEDS[name], **options, "reduction": "sum"}
    assert told.items() <= restored.get_config().items()


@every_loss
def test_its_name_is_that_of_its_file(name):
    module = getattr(losses, name).__module__.rsplit(".", 1)[-1]
    assert make(name).name == module


@every_loss
def test_the_reductions_are_keras_s(name):
    cosine = np.random.default_rng(0).uniform(-1, 1, (3, 3)).astype("float32")
    cosine, targets = cosines_of(name, cosine), targets_of(name)
    per_clip = np.array(make(name, reduction=None)(targets, cosine))
    assert per_clip.shape == (3,)
    loss = make(name)(targets, cosine)
    assert float(loss) == pytest.approx(per_clip.mean())
    total = make(name, reduction="sum")(targets, cosine)
    assert float(total) == pytest.approx(per_clip.sum(), rel=1e-6)


@every_loss
def test_it_is_computed_in_float32_from_half_precision(name, half_precision):
    cosine = cosines_of(name, np.array([[0.9, 0.1, -0.2]] * 3, "float16"))
    loss = make(name)(targets_of(name), ops.convert_to_tensor(cosine))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    expected = make(name)(targets_of(name), cosine.astype("float32"))
    assert float(loss) == float(expected)


@every_loss
def test_the_gradient_is_finite_at_the_ends_and_beyond(name):
    loss = make(name)
    cosine = np.array(
        [
            [1.0, -1.0, 0.0],
            [-1.0, 1.0, -0.9],
            [1.001, -1.001, -0.99],
        ],
        "float32",
    )
    cosine = cosines_of(name, cosine)
    for shift in range(3):
        targets = np.roll(targets_of(name), shift, axis=-1)
        slope = gradient(lambda x, y=targets: loss(y, x), cosine)
        assert np.isfinite(slope).all()


@pytest.mark.parametrize("name", MARGIN_LOSSES)
def test_a_bad_margin_and_a_bad_scale_are_refused(name):
    with pytest.raises(ValueError, match="math.radians"):
        make(name, margin=40.0)
    with pytest.raises(ValueError, match="positive radius"):
        make(name, scale=0.0)


@pytest.mark.parametrize("name", SCALED_LOSSES)
def test_an_unknown_or_impossible_scale_is_refused(name):
    with pytest.raises(ValueError, match="Received: scale=30.0"):
        make(name, scale=30.0)
    for number in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="positive and finite"):
            make(name, initial_scale=number)


@pytest.mark.parametrize("name", SCALED_LOSSES)
def test_a_single_class_is_refused_with_the_reason(name):
    with pytest.raises(ValueError, match="always has probability one"):
        getattr(losses, name)(num_classes=1)


@pytest.mark.parametrize("case", ["0", "1", "2"])
@pytest.mark.parametrize(
    "name, loss_class, is_mixed",
    [
        ("cross_entropy", ArcFace, False),
        ("arcface", ArcFace, False),
        ("arcmix", ArcMix, True),
        ("noisy_arcmix", NoisyArcMix, True),
    ],
)
def test_the_published_code_gives_the_same_losses(
    case, name, loss_class, is_mixed
):
    with np.load(GOLDEN) as file:
        golden = {
            key.split("/")[1]: file[key]
            for key in file.files
            if key.startswith(f"{case}/")
        }
    one_hot = np.eye(golden["cosine"].shape[1])
    first, second = (
        one_hot[golden[label]] for label in ("label_first", "label_second")
    )
    weight = golden["mix_weight"][:, None]
    mixed = np.stack([weight * first, (1 - weight) * second], axis=1)
    margin = 0.0 if name == "cross_entropy" else float(golden["margin"])
    loss = loss_class(margin, float(golden["scale"]), reduction=None)
    actual = np.array(loss(mixed if is_mixed else first, golden["cosine"]))
    difference = np.abs(actual - golden[name])
    assert np.all(difference <= 1e-5 * np.maximum(1.0, np.abs(golden[name])))
