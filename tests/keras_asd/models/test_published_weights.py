"""Weights in PyTorch's layout against a slow forward pass in that layout."""

import json
import pathlib

import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import Embedder
from keras_asd.models import load_published_weights
from tests.harness import as_function
from tests.harness import distances
from tests.harness import to_numpy
from tests.keras_asd.models.slow_network import SlowNetwork

SHAPES = pathlib.Path(__file__).parents[2] / "data/published_shapes.json"
SETTINGS = {"samples": 4200, "num_mel_bins": 24, "width": 0.125}


def norm_shapes(name, channels):
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": (channels,) for part in parts}


def block_shapes(names, out, each, height, width):
    convolution, norm, rectifier = names
    shapes = {f"{convolution}.weight": (out, each, height, width)}
    shapes |= norm_shapes(norm, out)
    return shapes | ({f"{rectifier}.weight": (out,)} if rectifier else {})


def published_shapes():
    """Names and shapes of an eighth of the published network."""
    shapes = {
        "arcface.weight": (5, 128),
        "tgramnet.conv_extrctor.weight": (24, 1, 1024),
    }
    for i in range(3):
        prefix = f"tgramnet.conv_encoder.{i}"
        shapes |= {f"{prefix}.0.weight": (9,), f"{prefix}.0.bias": (9,)}
        shapes[f"{prefix}.2.weight"] = (24, 24, 3)

    def add(part, sizes, is_rectified=True):
        prefix = f"mobilefacenet.{part}"
        names = f"{prefix}.conv", f"{prefix}.bn", None
        if is_rectified:
            names = (*names[:2], f"{prefix}.prelu")
        return block_shapes(names, *sizes)

    shapes |= add("conv1", (8, 3, 3, 3)) | add("dw_conv1", (8, 1, 3, 3))
    channels = 8
    for i, expansion in enumerate((2, 2, 4, 4, 4, 4)):
        wide = channels * expansion
        prefix = f"mobilefacenet.blocks.{i}.conv"
        names = [f"{prefix}.{j}" for j in range(8)]
        shapes |= block_shapes(names[:3], wide, channels, 1, 1)
        shapes |= block_shapes(names[3:6], wide, 1, 3, 3)
        shapes |= block_shapes((*names[6:], None), 16, wide, 1, 1)
        channels = 16
    shapes |= add("conv2", (64, 16, 1, 1))
    shapes |= add("linear7", (64, 1, 2, 1), is_rectified=False)
    return shapes | add("linear1", (128, 64, 1, 1), is_rectified=False)


def draw_arrays(shapes):
    generator = np.random.default_rng(0)
    arrays = {}
    for name, shape in shapes.items():
        if name.endswith("running_var"):
            arrays[name] = generator.uniform(0.5, 2.0, shape)
        elif len(shape) > 1:
            deviation = (2.0 / np.prod(shape[1:])) ** 0.5
            arrays[name] = generator.normal(0.0, deviation, shape)
        else:
            arrays[name] = generator.normal(1.0, 0.3, shape)
    return {name: array.astype("float32") for name, array in arrays.items()}


@pytest.fixture(scope="module")
def arrays():
    return draw_arrays(published_shapes())


@pytest.fixture(scope="module")
def embedder():
    return Embedder(**SETTINGS)


@pytest.fixture(scope="module")
def waveform():
    return np.random.default_rng(1).normal(size=(2, 4200)).astype("float32")


@pytest.fixture(scope="module")
def embedding(embedder, arrays, waveform):
    load_published_weights(embedder, arrays)
    return to_numpy(as_function(embedder)(waveform))


def test_a_slow_forward_pass_in_pytorch_s_layout_agrees(
    embedder, arrays, waveform, embedding
):
    slow = SlowNetwork(arrays)
    log_mel = to_numpy(embedder.front_end(waveform)).transpose(0, 2, 1)
    expected = np.array(
        [slow.embed(*clip) for clip in zip(waveform, log_mel, strict=True)]
    )
    assert distances(embedding, expected).max() < 1e-4
    assert distances(expected[::-1], expected).min() > 0.01


def test_one_changed_weight_changes_the_embedding(arrays, waveform, embedding):
    """So the forward pass above does look at all of them."""
    embedder = Embedder(**SETTINGS)
    slow = SlowNetwork(arrays)
    log_mel = to_numpy(embedder.front_end(waveform))[0].T
    for name in arrays:
        if name == "arcface.weight":
            continue
        slow.arrays = {**arrays, name: 1.5 * arrays[name]}
        moved = slow.embed(waveform[0], log_mel)
        assert np.abs(moved - embedding[0]).max() > 1e-4, name


def test_the_head_is_made_of_the_class_centres(embedder, arrays):
    head = load_published_weights(embedder, arrays)
    assert isinstance(head, ClassCosine)
    np.testing.assert_array_equal(
        head.get_weights()[0], arrays["arcface.weight"]
    )


def test_a_leading_weight_is_stripped(arrays, waveform, embedding):
    embedder = Embedder(**SETTINGS)
    prefixed = {f"weight/{name}": array for name, array in arrays.items()}
    load_published_weights(embedder, prefixed)
    np.testing.assert_allclose(
        to_numpy(as_function(embedder)(waveform)), embedding, atol=1e-5
    )


def test_what_nothing_uses_is_passed_over(embedder, arrays):
    load_published_weights(
        embedder,
        {
            **arrays,
            "mobilefacenet.fc_out.weight": np.zeros((5, 128)),
            "mobilefacenet.fc_out.bias": np.zeros(5),
            "mobilefacenet.conv1.bn.num_batches_tracked": np.array(7),
        },
    )


def leave_out(arrays):
    del arrays["mobilefacenet.conv2.prelu.weight"]


def misname(arrays):
    arrays["mobilefacenet.blocks.6.conv.0.weight"] = np.zeros((1, 1, 1, 1))


def shorten(arrays):
    name = "mobilefacenet.linear1.bn.running_var"
    arrays[name] = arrays[name][1:]


def widen(arrays):
    arrays["arcface.weight"] = np.zeros((5, 64))


def add_an_input_channel(arrays):
    name = "tgramnet.conv_extrctor.weight"
    arrays[name] = np.repeat(arrays[name], 2, axis=1)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (
            leave_out,
            "Missing: mobilefacenet.conv2.prelu.weight. Not used: none",
        ),
        (misname, "Missing: none. Not used: mobilefacenet.blocks.6.conv.0.w"),
        (shorten, r"linear1.bn.running_var'\]` must have shape \(128,\)"),
        (widen, r"arcface.weight'\]` must have shape \(5, 128\)"),
        (add_an_input_channel, r"weight'\]` must have shape \(1024, 24\)"),
    ],
)
def test_bad_arrays_are_refused_and_nothing_is_assigned(arrays, spoil, message):
    embedder = Embedder(**SETTINGS)
    before = embedder.get_weights()
    spoiled = dict(arrays)
    spoil(spoiled)
    with pytest.raises(ValueError, match=message):
        load_published_weights(embedder, spoiled)
    for old, new in zip(before, embedder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_default_embedder_takes_exactly_the_published_weights():
    shapes = json.loads(SHAPES.read_text())
    arrays = draw_arrays(shapes)
    embedder = Embedder()
    head = load_published_weights(embedder, arrays)
    weights = [*embedder.weights, *head.weights]
    assert len(weights) == len(shapes)
    # Every number has found a place, once.
    values = np.concatenate([np.ravel(w.numpy()) for w in weights])
    expected = np.concatenate([np.ravel(a) for a in arrays.values()])
    np.testing.assert_array_equal(np.sort(values), np.sort(expected))
