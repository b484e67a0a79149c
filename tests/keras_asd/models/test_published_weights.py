"""Weights in PyTorch's layout against a slow forward pass in that layout."""

import json
import os
import pathlib

import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.layers import LogMelSpectrogram
from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix
from keras_asd.losses import NoisyArcMix
from keras_asd.models import Embedder
from keras_asd.models import load_published_weights
from keras_asd.scoring import CentreAngle
from tests.harness import as_function
from tests.harness import to_numpy

SHAPES = pathlib.Path(__file__).parents[2] / "data/published_shapes.json"
SETTINGS = {"samples": 4200, "num_mel_bins": 24, "width": 0.125}
SKIPS = (False, True) * 3
STRIDES = (2, 1) * 3


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


class SlowNetwork:
    """The published forward pass: channel, Mel, time; one clip."""

    def __init__(self, arrays):
        self.arrays = arrays

    def block(self, x, names, strides=1, padding=0, is_depthwise=False):
        convolution, norm, rectifier = names
        kernel = self.arrays[f"{convolution}.weight"]
        x = np.pad(x, [(0, 0), (padding,) * 2, (padding,) * 2])
        height = (x.shape[1] - kernel.shape[2]) // strides + 1
        width = (x.shape[2] - kernel.shape[3]) // strides + 1
        total = np.zeros((len(kernel), height, width))
        for i in range(kernel.shape[2]):
            for j in range(kernel.shape[3]):
                seen = x[:, i::strides, j::strides][:, :height, :width]
                taps = kernel[:, :, i, j]
                total += (
                    seen * taps[:, 0, None, None]
                    if is_depthwise
                    else np.einsum("oc,chw->ohw", taps, seen)
                )
        gamma, beta, mean, variance = (
            self.arrays[f"{norm}.{part}"][:, None, None]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        total = (total - mean) / np.sqrt(variance + 1e-5) * gamma + beta
        if rectifier is None:
            return total
        slope = self.arrays[f"{rectifier}.weight"][:, None, None]
        return np.where(total > 0, total, slope * total)

    def named_block(self, x, part, is_rectified=True, **options):
        prefix = f"mobilefacenet.{part}"
        rectifier = f"{prefix}.prelu" if is_rectified else None
        names = (f"{prefix}.conv", f"{prefix}.bn", rectifier)
        return self.block(x, names, **options)

    def bottleneck(self, x, index):
        names = [f"mobilefacenet.blocks.{index}.conv.{i}" for i in range(8)]
        y = self.block(x, names[:3])
        options = {"strides": STRIDES[index], "padding": 1}
        y = self.block(y, names[3:6], is_depthwise=True, **options)
        y = self.block(y, (*names[6:], None))
        return x + y if SKIPS[index] else y

    def tgram(self, waveform):
        kernel = self.arrays["tgramnet.conv_extrctor.weight"][:, 0]
        padded = np.pad(waveform, 512)
        starts = range(0, len(padded) - 1023, 512)
        x = np.stack([kernel @ padded[i : i + 1024] for i in starts], axis=1)
        for i in range(3):
            prefix = f"tgramnet.conv_encoder.{i}"
            x = x - x.mean(axis=1, keepdims=True)
            x = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-5)
            x = x * self.arrays[f"{prefix}.0.weight"]
            x = x + self.arrays[f"{prefix}.0.bias"]
            x = np.where(x > 0, x, 0.2 * x)
            kernel = self.arrays[f"{prefix}.2.weight"]
            bordered = np.pad(x, [(0, 0), (1, 1)])
            x = sum(
                kernel[:, :, j] @ bordered[:, j : j + x.shape[1]]
                for j in range(3)
            )
        return x

    def embed(self, waveform, log_mel):
        gate = 1 / (1 + np.exp(-(log_mel.max(axis=0) + log_mel.mean(axis=0))))
        x = np.stack([self.tgram(waveform), log_mel, gate * log_mel])
        x = self.named_block(x, "conv1", strides=2, padding=1)
        x = self.named_block(x, "dw_conv1", padding=1, is_depthwise=True)
        for index in range(6):
            x = self.bottleneck(x, index)
        x = self.named_block(x, "conv2")
        x = self.named_block(x, "linear7", False, is_depthwise=True)
        return self.named_block(x, "linear1", False)[:, 0, 0]


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


def distances(actual, expected):
    """Norm of the difference over the norm of what is right, per clip."""
    axes = tuple(range(1, np.ndim(expected)))
    difference = np.sqrt(np.sum((actual - expected) ** 2, axis=axes))
    return difference / np.sqrt(np.sum(expected**2, axis=axes))


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


@pytest.fixture(scope="module")
def golden():
    folder = os.environ.get("KERAS_ASD_GOLDEN")
    path = pathlib.Path(folder or "") / "tastgram_mfn.npz"
    if folder is None or not path.exists():
        pytest.skip("KERAS_ASD_GOLDEN names no folder with tastgram_mfn.npz")
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def test_the_whole_network_is_the_published_one(golden):
    embedder = Embedder()
    weights = {k: v for k, v in golden.items() if k.startswith("weight/")}
    head = load_published_weights(embedder, weights)
    waveform = golden["waveform"]
    for preset in ("code", "paper"):
        log_mel = to_numpy(LogMelSpectrogram(preset)(waveform))
        expected = golden[f"log_mel_{preset}"].transpose(0, 2, 1)
        decibels = np.abs(log_mel - expected).max()
        print(f"log_mel {preset}: {decibels:.1e} dB")
        assert decibels < 1e-3
    log_mel = golden["log_mel_code"].transpose(0, 2, 1)
    image = to_numpy(embedder.stack(waveform, log_mel))
    cosine = head(golden["embedding"])
    reached = {
        "tgram": (image[..., 0], golden["tgram"].transpose(0, 2, 1), 1e-4),
        "attended": (image[..., 2], golden["tagram"].transpose(0, 2, 1), 1e-4),
        "from_log_mel": (
            to_numpy(as_function(embedder.backbone)(image)),
            golden["embedding"],
            1e-4,
        ),
        "from_waveform": (
            to_numpy(as_function(embedder)(waveform)),
            golden["embedding"],
            5e-4,
        ),
        "cosine": (to_numpy(cosine), golden["cosine"], 1e-4),
    }
    for name, (actual, expected, limit) in reached.items():
        distance = distances(actual, expected).max()
        print(f"{name}: {distance:.1e}")
        assert distance < limit, name
    scorer = CentreAngle(form="published")
    scores = to_numpy(scorer(head(reached["from_waveform"][0])))[
        np.arange(3), golden["labels_first"]
    ]
    expected = golden["anomaly_score"]
    distance = np.max(np.abs(scores - expected) / np.maximum(1, expected))
    print(f"anomaly_score: {distance:.1e}")
    assert distance < 1e-3
    first, second = (
        np.eye(41)[golden[f"labels_{part}"]] for part in ("first", "second")
    )
    mixed = np.stack([0.8 * first, 0.2 * second], axis=1)
    for loss, targets in (
        (ArcFace(), first),
        (ArcMix(), mixed),
        (NoisyArcMix(), mixed),
    ):
        expected = float(golden[f"loss_{loss.name}"])
        distance = abs(float(loss(targets, cosine)) - expected) / expected
        print(f"{loss.name}: {distance:.1e}")
        assert distance < 1e-5
