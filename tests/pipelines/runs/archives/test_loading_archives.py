import keras
import numpy as np
import pytest

from keras_asd.layers import ClassCosine
from keras_asd.models import AnomalyDetector
from keras_asd.models import Classifier
from keras_asd.models import DualBranchEmbedder
from keras_asd.models import Embedder
from pipelines.runs.archives.keras_archive import load_model


def make_embedder():
    return Embedder(samples=2000, num_mel_bins=16, embedding_dim=8, width=0.125)


def make_detector():
    return AnomalyDetector(
        make_embedder(), ClassCosine(2), None, keys={"fan": [0], "pump": [1]}
    )


def make_front_end():
    layers = keras.layers
    return keras.Sequential(
        [
            layers.MelSpectrogram(fft_length=256, num_mel_bins=16),
            layers.Permute((2, 1)),
            layers.Dense(16),
        ]
    )


def make_plain_embedder():
    return keras.Sequential([keras.Input((2000,)), keras.layers.Dense(8)])


MAKERS = {
    "AnomalyDetector": make_detector,
    "Classifier": lambda: Classifier(make_embedder(), ClassCosine(3)),
    "DualBranchEmbedder": lambda: DualBranchEmbedder(
        samples=2000, width=0.125, branch_dim=8, frame_lengths=(64, 256)
    ),
    "a front-end of Keras's layers": lambda: Embedder(
        samples=2000,
        channels=("log_mel",),
        width=0.125,
        front_end=make_front_end(),
    ),
    "an embedder of Keras's layers": lambda: Classifier(
        make_plain_embedder(), ClassCosine(3), "waveform"
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_what_this_package_saves_is_loaded(name, tmp_path):
    model = MAKERS[name]()
    model.save(tmp_path / "model.keras")
    restored = load_model(tmp_path / "model.keras")
    for old, new in zip(model.weights, restored.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_training_goes_on_where_a_compiled_one_was_saved(tmp_path):
    model = MAKERS["Classifier"]()
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 10)
    model.compile(
        keras.optimizers.AdamW(schedule),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy()],
    )
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(7)
    model.save(tmp_path / "model.keras")
    restored = load_model(tmp_path / "model.keras")
    assert int(restored.optimizer.iterations) == 7


def test_a_real_lambda_is_refused_before_it_runs(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(abs)])
    model.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match="with a Lambda, which runs"):
        load_model(tmp_path / "model.keras")
