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

every_loss = pytest.mark.parametrize(
    "make", [getattr(losses, name) for name in losses.__all__]
)


def targets_of(loss, num_classes=3, batch=3):
    first = np.eye(num_classes)[np.arange(batch) % num_classes]
    if isinstance(loss, ArcFace):
        return first.astype("float32")
    rows = [0.7 * first, 0.3 * np.roll(first, 1, axis=0)]
    return np.stack(rows, axis=1).astype("float32")


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


@every_loss
def test_it_comes_back_from_its_configuration(make):
    loss = make(margin=0.3, scale=16.0, reduction="sum")
    config = json.loads(json.dumps(keras.losses.serialize(loss)))
    restored = keras.losses.deserialize(config)
    assert isinstance(restored, make)
    assert restored.get_config() == loss.get_config()
    assert (restored.margin, restored.scale) == (0.3, 16.0)


@every_loss
def test_its_name_is_that_of_its_file(make):
    module = make.__module__.rsplit(".", 1)[-1]
    assert make().name == module


@every_loss
def test_the_reductions_are_keras_s(make):
    cosine = np.random.default_rng(0).uniform(-1, 1, (3, 3)).astype("float32")
    targets = targets_of(make())
    per_clip = np.array(make(reduction=None)(targets, cosine))
    assert per_clip.shape == (3,)
    assert float(make()(targets, cosine)) == pytest.approx(per_clip.mean())
    total = make(reduction="sum")(targets, cosine)
    assert float(total) == pytest.approx(per_clip.sum(), rel=1e-6)


@every_loss
def test_it_is_computed_in_float32_from_half_precision(make, half_precision):
    cosine = np.array([[0.9, 0.1, -0.2]] * 3, "float16")
    loss = make()(targets_of(make()), ops.convert_to_tensor(cosine))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    expected = make()(targets_of(make()), cosine.astype("float32"))
    assert float(loss) == float(expected)


@every_loss
def test_the_gradient_is_finite_at_the_ends_and_beyond(make):
    loss = make()
    cosine = np.array(
        [
            [1.0, -1.0, 0.0],
            [-1.0, 1.0, -0.9],
            [1.001, -1.001, -0.99],
        ],
        "float32",
    )
    for shift in range(3):
        targets = np.roll(targets_of(loss), shift, axis=-1)
        slope = gradient(lambda x, y=targets: loss(y, x), cosine)
        assert np.isfinite(slope).all()


@every_loss
def test_a_bad_margin_and_a_bad_scale_are_refused(make):
    with pytest.raises(ValueError, match="math.radians"):
        make(margin=40.0)
    with pytest.raises(ValueError, match="positive radius"):
        make(scale=0.0)


@pytest.mark.parametrize("case", ["0", "1", "2"])
@pytest.mark.parametrize(
    "name, make, is_mixed",
    [
        ("cross_entropy", ArcFace, False),
        ("arcface", ArcFace, False),
        ("arcmix", ArcMix, True),
        ("noisy_arcmix", NoisyArcMix, True),
    ],
)
def test_the_published_code_gives_the_same_losses(case, name, make, is_mixed):
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
    loss = make(margin, float(golden["scale"]), reduction=None)
    actual = np.array(loss(mixed if is_mixed else first, golden["cosine"]))
    difference = np.abs(actual - golden[name])
    assert np.all(difference <= 1e-5 * np.maximum(1.0, np.abs(golden[name])))
