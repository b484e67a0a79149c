"""The whole network against all the golden numbers, where they are at hand."""

import os
import pathlib

import numpy as np
import pytest

from keras_asd.layers import LogMelSpectrogram
from keras_asd.losses import ArcFace
from keras_asd.losses import ArcMix
from keras_asd.losses import NoisyArcMix
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from keras_asd.models import load_published_weights
from keras_asd.scorers import CentreAngle
from tests.harness import as_function
from tests.harness import distances
from tests.harness import to_numpy


def read_golden(name):
    folder = os.environ.get("KERAS_ASD_GOLDEN")
    path = pathlib.Path(folder or "") / name
    if folder is None or not path.exists():
        pytest.skip(f"KERAS_ASD_GOLDEN names no folder with {name}")
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def test_the_network_of_two_branches_is_the_published_one():
    golden = read_golden("dual_branch.npz")
    embedder = DualBranchEmbedder()
    weights = {k: v for k, v in golden.items() if k.startswith("weight/")}
    load_published_weights(embedder, weights)
    waveform = golden["waveform"][..., 0]
    embedding = to_numpy(as_function(embedder)(waveform))
    for name, branch in (
        ("spectrum", slice(0, 128)),
        ("spectrogram", slice(128, 256)),
        ("both", slice(0, 256)),
    ):
        actual, expected = embedding[:, branch], golden["embedding"][:, branch]
        distance = distances(actual, expected).max()
        print(f"{name}: {distance:.1e}")
        assert distance < 1e-4, name


def test_the_whole_network_is_the_published_one():
    golden = read_golden("tastgram_mfn.npz")
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
