import warnings

import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import Embedder


@pytest.fixture(scope="module")
def embedder(tiny_stages):
    return Embedder(samples=4096, num_mel_bins=16, width=0.125, stages="tiny")


@pytest.mark.parametrize(
    "make",
    [
        lambda embedder: embedder,
        lambda embedder: Classifier(embedder, ClassCosine(2)),
        lambda embedder: AnomalyDetector(
            embedder, ClassCosine(2), None, {"fan": [0]}
        ),
    ],
)
def test_quantizing_nothing_is_refused(make, embedder):
    model = make(embedder)
    embedder(np.zeros((1, 4096), "float32"))
    with pytest.raises(NotImplementedError, match="--also litert_int8"):
        model.quantize("int8")


def test_what_keras_can_quantize_is_quantized():
    layers = [keras.Input((64,)), keras.layers.Dense(8)]
    dense = keras.Sequential(layers)
    classifier = Classifier(dense, ClassCosine(2), "waveform")
    classifier.mixup.built = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of every other layer.
        classifier.quantize("int8")
    assert dense.layers[0].quantization_mode == "int8"
