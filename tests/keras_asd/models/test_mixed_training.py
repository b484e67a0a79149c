"""Plain `fit` mixes every clip with its own partner, or refuses."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_asd.layers import ClassCosine
from keras_asd.losses import NoisyArcMix
from keras_asd.models import Classifier
from keras_asd.models import Embedder
from tests.harness import IS_JAX

NUM_CLIPS, SAMPLES, NUM_CLASSES = 12, 64, 3


@pytest.fixture(scope="module")
def clips():
    """Waveforms, weights and partners, and the targets of the mixes."""
    generator = np.random.default_rng(0)
    waveform = generator.normal(size=(NUM_CLIPS, SAMPLES)).astype("float32")
    weight = generator.uniform(0.1, 0.9, NUM_CLIPS).astype("float32")
    partner = np.roll(np.arange(NUM_CLIPS), 5)
    one_hot = np.eye(NUM_CLASSES, dtype="float32")
    one_hot = one_hot[generator.integers(0, NUM_CLASSES, NUM_CLIPS)]
    share = weight[:, None]
    targets = [share * one_hot, (1 - share) * one_hot[partner]]
    return waveform, weight, partner, np.stack(targets, axis=1)


@pytest.fixture
def classifier():
    keras.utils.set_random_seed(0)
    layers = [keras.Input((SAMPLES,)), keras.layers.Dense(8, "tanh")]
    model = Classifier(
        keras.Sequential([*layers, keras.layers.Dense(8)]),
        ClassCosine(NUM_CLASSES),
        "waveform",
    )
    # At a rate of zero each epoch has the loss of the first weights.
    compiled = {"optimizer": keras.optimizers.SGD(0.0), "jit_compile": IS_JAX}
    model.compile(loss=NoisyArcMix(), **compiled)
    return model


@pytest.fixture
def expected(classifier, clips):
    """Mean loss of the clips, each mixed by hand with its partner."""
    waveform, weight, partner, targets = clips
    mixed = [
        weight[i] * waveform[i] + (1 - weight[i]) * waveform[partner[i]]
        for i in range(NUM_CLIPS)
    ]
    return float(NoisyArcMix()(targets, classifier(np.stack(mixed))))


def by_rows(clips):
    waveform, weight, partner, targets = clips
    inputs = {"waveform": waveform, "mix_weight": weight}
    return {**inputs, "partner_waveform": waveform[partner]}, targets


def by_index(clips):
    waveform, weight, partner, targets = clips
    inputs = {"waveform": waveform, "mix_weight": weight}
    return {**inputs, "mix_partner": partner.astype("int32")}, targets


def fit_arrays(classifier, data, batch_size, shuffle):
    options = {"batch_size": batch_size, "shuffle": shuffle, "verbose": 0}
    return classifier.fit(*data, **options)


def fit_data_set(classifier, data, batch_size, shuffle):
    rows = tf.data.Dataset.from_tensor_slices(data)
    rows = rows.shuffle(NUM_CLIPS, seed=1) if shuffle else rows
    return classifier.fit(rows.batch(batch_size), shuffle=False, verbose=0)


def fit_generator(classifier, data, batch_size, shuffle):
    order = np.arange(NUM_CLIPS)
    if shuffle:
        order = np.random.default_rng(1).permutation(NUM_CLIPS)

    def batches():
        inputs, targets = data
        for first in range(0, NUM_CLIPS, batch_size):
            rows = order[first : first + batch_size]
            batch = {name: array[rows] for name, array in inputs.items()}
            yield batch, targets[rows]

    steps = -(-NUM_CLIPS // batch_size)
    return classifier.fit(
        batches(), shuffle=False, steps_per_epoch=steps, verbose=0
    )


every_way = pytest.mark.parametrize(
    "fit", [fit_arrays, fit_data_set, fit_generator]
)
every_order = pytest.mark.parametrize("shuffle", [False, True])


@every_way
@every_order
@pytest.mark.parametrize("batch_size", [1, 5, NUM_CLIPS])
def test_every_clip_is_mixed_with_its_own_partner(
    fit, shuffle, batch_size, classifier, clips, expected
):
    history = fit(classifier, by_rows(clips), batch_size, shuffle).history
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


@every_way
@every_order
@pytest.mark.parametrize("batch_size", [5, NUM_CLIPS])
def test_an_index_into_other_batches_is_refused(
    fit, shuffle, batch_size, classifier, clips
):
    with pytest.raises(ValueError, match="`mix_partner` must be one row"):
        fit(classifier, by_index(clips), batch_size, shuffle)


def test_arrays_have_no_row_for_the_whole_batch(classifier, clips):
    inputs, targets = by_index(clips)
    inputs["mix_partner"] = inputs["mix_partner"][None]
    with pytest.raises(ValueError, match="cardinality"):
        fit_arrays(classifier, (inputs, targets), NUM_CLIPS, shuffle=True)


def test_whole_batches_may_count_their_rows(classifier, clips, expected):
    inputs, targets = by_index(clips)
    inputs["mix_partner"] = inputs["mix_partner"][None]
    batches = tf.data.Dataset.from_tensors((inputs, targets))
    history = classifier.fit(batches, shuffle=False, verbose=0).history
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("mix_position", ["waveform_and_log_mel", "features"])
def test_shuffling_a_batch_changes_no_loss(mix_position, clips, tiny_stages):
    generator = np.random.default_rng(0)
    waveform = generator.normal(size=(NUM_CLIPS, 4096)).astype("float32")
    data = by_rows((waveform, *clips[1:]))
    embedder = Embedder(
        samples=4096, num_mel_bins=16, width=0.125, stages="tiny"
    )
    head = ClassCosine(NUM_CLASSES)
    classifier = Classifier(embedder, head, mix_position)
    classifier.compile(
        keras.optimizers.SGD(0.0), NoisyArcMix(), jit_compile=IS_JAX
    )
    losses = [
        fit_arrays(classifier, data, NUM_CLIPS, shuffle).history["loss"][0]
        for shuffle in (False, True, True)
    ]
    assert losses == pytest.approx([losses[0]] * 3, rel=1e-4)


@pytest.mark.parametrize("form", ["arrays", "data set", "PyDataset"])
def test_class_weights_of_mixed_targets_are_refused(form, classifier, clips):
    data = by_rows(clips)
    if form == "data set":
        data = (tf.data.Dataset.from_tensors(data),)
    elif form == "PyDataset":
        data = (OneBatch(data),)
    weights = {0: 1.0, 1: 2.0, 2: 1.0}
    with pytest.raises(ValueError, match="Give `sample_weight`, one a clip"):
        classifier.fit(*data, class_weight=weights, verbose=0)


def test_class_weights_of_single_classes_count(classifier, clips):
    waveform, _, _, targets = clips
    one_hot = (targets[:, 0] > 0).astype("float32")
    classifier.compile("sgd", "categorical_crossentropy", jit_compile=IS_JAX)
    options = {"class_weight": {0: 0.0, 1: 0.0, 2: 0.0}, "verbose": 0}
    assert classifier.fit(waveform, one_hot, **options).history["loss"] == [0]


class OneBatch(keras.utils.PyDataset):
    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.batch
