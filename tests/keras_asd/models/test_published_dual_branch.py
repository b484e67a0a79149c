"""Weights by the released code's names against a slow forward pass."""

import json
import pathlib

import numpy as np
import pytest

from keras_asd.models import DualBranchEmbedder
from keras_asd.models import load_published_weights
from keras_asd.models.published_dual_branch import plain_name
from tests.harness import as_function
from tests.harness import distances
from tests.harness import to_numpy
from tests.keras_asd.models.slow_dual_branch import SlowDualBranch
from tests.keras_asd.models.slow_dual_branch import slow_representations

SHAPES = pathlib.Path(__file__).parents[2] / (
    "data/published_dual_branch_shapes.json"
)
# Long enough for two rows under the maximum over time.
SAMPLES = 20_993
SETTINGS = {"samples": SAMPLES, "width": 0.25}


def small(name, shape):
    """The shape in a quarter of the width and for fewer samples."""
    if name.startswith("batch_normalization_4/"):
        return shape
    sizes = list(shape)
    *area, channels, filters = (1, *sizes) if len(sizes) == 1 else sizes
    new_filters = filters if name.startswith("emb_") else filters // 4
    new_channels = channels if channels == 1 else channels // 4
    if name == "dense/kernel:0":  # two rows of ten are left
        new_channels = 2 * channels // 40
    return (*area, new_channels, new_filters)[-len(sizes) :]


def draw_arrays(shapes):
    generator = np.random.default_rng(0)
    arrays = {}
    for name, shape in shapes.items():
        if name.endswith("moving_variance:0"):
            arrays[name] = generator.uniform(0.5, 2.0, shape)
        elif len(shape) > 1:
            deviation = (2.0 / np.prod(shape[:-1])) ** 0.5
            arrays[name] = generator.normal(0.0, deviation, shape)
        elif name.endswith("gamma:0"):
            arrays[name] = generator.normal(1.0, 0.3, shape)
        else:
            arrays[name] = generator.normal(0.0, 0.3, shape)
    return {name: array.astype("float32") for name, array in arrays.items()}


@pytest.fixture(scope="module")
def shapes():
    return {
        name: tuple(shape)
        for name, shape in json.loads(SHAPES.read_text()).items()
    }


@pytest.fixture(scope="module")
def arrays(shapes):
    return draw_arrays({name: small(name, shapes[name]) for name in shapes})


@pytest.fixture(scope="module")
def waveform():
    noise = np.random.default_rng(1).normal(size=(2, SAMPLES))
    return (0.05 * noise).astype("float32")


@pytest.fixture(scope="module")
def embedding(arrays, waveform):
    embedder = DualBranchEmbedder(**SETTINGS)
    assert load_published_weights(embedder, arrays) is None
    return to_numpy(as_function(embedder)(waveform))


def test_a_slow_forward_pass_agrees(arrays, waveform, embedding):
    slow = SlowDualBranch(arrays)
    expected = np.array(
        [slow.embed(*slow_representations(clip)) for clip in waveform]
    )
    for branch in (slice(0, 128), slice(128, 256)):
        actual, right = embedding[:, branch], expected[:, branch]
        assert distances(actual, right).max() < 1e-4
        assert distances(right[::-1], right).min() > 0.01


def test_one_changed_weight_changes_the_embedding(arrays, waveform, embedding):
    """So the forward pass above does look at all of them."""
    slow = SlowDualBranch(arrays)
    representations = slow_representations(waveform[0])
    for name, array in arrays.items():
        slow.arrays = {**arrays, name: 1.5 * array + 0.1}
        moved = slow.embed(*representations)
        assert np.abs(moved - embedding[0]).max() > 1e-4, name


def test_the_default_embedder_takes_exactly_the_published_weights(shapes):
    arrays = draw_arrays(shapes)
    embedder = DualBranchEmbedder()
    load_published_weights(embedder, arrays)
    assert len(embedder.weights) == len(shapes) == 117
    # Every number has found a place, once.
    values = np.concatenate([np.ravel(to_numpy(w)) for w in embedder.weights])
    expected = np.concatenate([np.ravel(a) for a in arrays.values()])
    np.testing.assert_array_equal(np.sort(values), np.sort(expected))


def test_places_in_the_file_are_stripped(arrays, waveform, embedding):
    embedder = DualBranchEmbedder(**SETTINGS)
    placed = {
        f"weight/{place:03}:{name}": array
        for place, (name, array) in enumerate(arrays.items())
    }
    load_published_weights(embedder, placed)
    np.testing.assert_allclose(
        to_numpy(as_function(embedder)(waveform)), embedding, atol=1e-5
    )


@pytest.mark.parametrize(
    "name, plain",
    [
        ("weight/004:conv2d/kernel:0", "conv2d/kernel:0"),
        ("conv2d/kernel:0", "conv2d/kernel:0"),
        ("weight/arcface.weight", "arcface.weight"),
    ],
)
def test_a_plain_name_has_neither_folder_nor_place(name, plain):
    assert plain_name(name) == plain


def leave_out(arrays):
    del arrays["batch_normalization_21/beta:0"]


def misname(arrays):
    arrays["conv2d_20/kernel:0"] = np.zeros((3, 3, 1, 1))


def shorten(arrays):
    arrays["emb_mel/kernel:0"] = arrays["emb_mel/kernel:0"][1:]


@pytest.mark.parametrize(
    "spoil, settings, message",
    [
        (leave_out, {}, "Missing: batch_normalization_21/beta:0. Not used: n"),
        (misname, {}, "Missing: none. Not used: conv2d_20/kernel:0"),
        (shorten, {}, r"emb_mel/kernel:0'\]` must have shape \(512, 128\)"),
        (None, {"has_bias": True}, "Missing: conv1d/bias:0, .*Not used: none"),
        (None, {"is_affine": False}, "Missing: none.*normalization/beta:0"),
        (
            None,
            {"frame_lengths": (1024, 256)},
            "Missing: batch_normalization_22/beta:0.* emb_mel_1/kernel:0. Not",
        ),
        (
            None,
            {"branches": ("spectrum",)},
            "Missing: none. Not used: .*conv2d/kernel:0",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_assigned(
    arrays, spoil, settings, message
):
    embedder = DualBranchEmbedder(**SETTINGS, **settings)
    before = embedder.get_weights()
    spoiled = dict(arrays)
    if spoil is not None:
        spoil(spoiled)
    with pytest.raises(ValueError, match=message):
        load_published_weights(embedder, spoiled)
    for old, new in zip(before, embedder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
