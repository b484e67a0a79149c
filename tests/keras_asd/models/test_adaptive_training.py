"""Losses whose scale adapts, in the training of a `Classifier`."""

import warnings

import keras
import numpy as np
import pytest

from keras_asd.layers import SubclusterCosine
from keras_asd.losses import AdaCos
from keras_asd.losses import SubclusterAdaCos
from keras_asd.metrics import MarginFreeAccuracy
from keras_asd.models import Classifier
from tests.quick_training import compile_quickly

NUM_CLASSES, SAMPLES, BATCH = 5, 12, 20
MODES = ["adaptive", "reference"]


@keras.saving.register_keras_serializable(package="tests")
class Rows(keras.Model):
    """An embedder with nothing of its own between waveform and network."""

    def __init__(self, kernel_l2=0.0, **kwargs):
        super().__init__(**kwargs)
        self.kernel_l2 = kernel_l2
        self.embedding_dim = 16
        self.dense = keras.layers.Dense(
            16, kernel_regularizer=keras.regularizers.L2(kernel_l2)
        )
        self.dense.build((None, SAMPLES))
        self.built = True

    def call(self, waveform):
        return self.dense(waveform)

    def get_config(self):
        return {**super().get_config(), "kernel_l2": self.kernel_l2}


def make_classifier(scale="adaptive", **options):
    keras.utils.set_random_seed(0)
    head = SubclusterCosine(NUM_CLASSES, 4)
    classifier = Classifier(Rows(**options), head, mix_position="waveform")
    loss = SubclusterAdaCos(NUM_CLASSES, 4, scale)
    compile_quickly(
        classifier,
        keras.optimizers.Adam(1e-2),
        loss,
        metrics=[MarginFreeAccuracy()],
    )
    return classifier


def make_clips(mix_probability=0.0, num_steps=4):
    generator = np.random.default_rng(0)
    num_clips = num_steps * BATCH
    centres = 2.0 * np.random.default_rng(1).normal(size=(NUM_CLASSES, SAMPLES))
    classes = generator.integers(0, NUM_CLASSES, num_clips)
    waveform = centres[classes] + 0.3 * generator.normal(
        size=(num_clips, SAMPLES)
    )
    weight = generator.uniform(size=num_clips)
    weight[generator.uniform(size=num_clips) >= mix_probability] = 1.0
    one_hot = np.eye(NUM_CLASSES)[classes]

    def turn(rows):
        batches = rows.reshape(num_steps, BATCH, -1)[:, ::-1]
        return batches.reshape(rows.shape)

    targets = weight[:, None] * one_hot
    targets += (1 - weight[:, None]) * turn(one_hot)
    inputs = {
        "waveform": waveform.astype("float32"),
        "mix_weight": weight.astype("float32"),
        "partner_waveform": turn(waveform).astype("float32"),
    }
    return inputs, targets.astype("float32")


def fit(classifier, clips, **options):
    history = classifier.fit(
        *clips, batch_size=BATCH, shuffle=False, verbose=0, **options
    ).history
    return {name: list(map(float, row)) for name, row in history.items()}


@pytest.mark.parametrize("mode", MODES)
def test_every_training_step_adapts_the_scale_before_its_loss(mode):
    classifier = make_classifier(mode)
    inputs, targets = make_clips(0.5, num_steps=2)
    twin = SubclusterAdaCos(NUM_CLASSES, 4, mode)
    for step in range(2):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        batch = {name: value[rows] for name, value in inputs.items()}
        cosine = classifier(batch)
        twin.adapt(targets[rows], cosine)
        logs = classifier.train_on_batch(batch, targets[rows], return_dict=True)
        assert logs["scale"] == pytest.approx(float(twin.scale), rel=1e-5)
        scale = float(classifier.loss.scale)
        assert scale == pytest.approx(float(twin.scale), rel=1e-5)
        if step == 0:
            loss = float(twin(targets[rows], cosine))
            assert logs["loss"] == pytest.approx(loss, rel=1e-4)
    assert scale != SubclusterAdaCos(NUM_CLASSES, 4).scale


def test_evaluation_and_prediction_leave_the_scale():
    classifier = make_classifier()
    clips = make_clips()
    before = float(classifier.loss.scale)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        logs = classifier.evaluate(
            *clips, batch_size=BATCH, verbose=0, return_dict=True
        )
    classifier.predict(clips[0], batch_size=BATCH, verbose=0)
    assert float(classifier.loss.scale) == before == logs["scale"]
    fit(classifier, clips)
    after = float(classifier.loss.scale)
    classifier.evaluate(*clips, batch_size=BATCH, verbose=0)
    assert float(classifier.loss.scale) == after != before


def test_the_logs_tell_the_scale_only_where_it_moves():
    clips = make_clips()
    history = fit(make_classifier(), clips, epochs=3, validation_data=clips)
    assert len(set(history["scale"])) == 3
    assert history["val_scale"] == history["scale"]
    history = fit(make_classifier("fixed"), clips)
    assert set(history) == {"accuracy", "loss"}


@pytest.mark.parametrize("mode", ["fixed", *MODES])
def test_the_scale_is_no_parameter_of_the_model(mode):
    classifier = make_classifier(mode)
    count = SAMPLES * 16 + 16 + NUM_CLASSES * 4 * 16
    assert classifier.count_params() == count
    fit(classifier, make_clips())
    assert classifier.count_params() == count


@pytest.mark.parametrize("mode", ["fixed", "adaptive"])
@pytest.mark.parametrize("mix_probability", [0.0, 1.0])
def test_training_stays_finite_and_learns(mode, mix_probability):
    classifier = make_classifier(mode)
    clips = make_clips(mix_probability, num_steps=10)
    history = fit(classifier, clips, epochs=20)
    assert np.isfinite(history["loss"]).all()
    assert history["loss"][-1] < history["loss"][0]
    assert 0.5 <= float(classifier.loss.scale) < 10.0
    logs = classifier.evaluate(*make_clips(), verbose=0, return_dict=True)
    assert logs["accuracy"] == 1.0


@pytest.mark.parametrize("mode", MODES)
def test_a_file_saved_in_the_middle_of_training_holds_the_scale(mode, tmp_path):
    classifier, scales = make_classifier(mode), []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: scales.append(float(logs["scale"]))
    )
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    clips = make_clips(0.5)
    history = fit(classifier, clips, epochs=3, callbacks=[note, save])
    assert len(set(scales)) == 3
    for epoch in (1, 2, 3):
        restored = keras.saving.load_model(tmp_path / f"{epoch}.keras")
        assert float(restored.loss.scale) == scales[epoch - 1]
    restored = keras.saving.load_model(tmp_path / "1.keras")
    again = fit(restored, clips, epochs=2)
    for name in ("loss", "scale"):
        assert again[name] == pytest.approx(history[name][1:], rel=1e-4)


def test_another_loss_takes_the_place_of_an_adaptive_one():
    classifier = make_classifier()
    clips = make_clips()
    fit(classifier, clips)
    compile_quickly(classifier, "sgd", SubclusterAdaCos(NUM_CLASSES, 4))
    assert "scale" not in fit(classifier, clips)
    classifier.compile("sgd", "mse")
    assert "scale" not in classifier.metrics_names


def test_the_class_centres_of_adacos_may_be_fixed():
    keras.utils.set_random_seed(0)
    head = SubclusterCosine(NUM_CLASSES, 1)
    classifier = Classifier(Rows(), head, mix_position="waveform")
    compile_quickly(classifier, "adam", AdaCos(NUM_CLASSES, scale="adaptive"))
    before = head.get_weights()[0]
    assert np.isfinite(fit(classifier, make_clips())["loss"]).all()
    np.testing.assert_array_equal(head.get_weights()[0], before)


def test_the_penalty_on_the_embedder_s_weights_counts():
    inputs, targets = make_clips(num_steps=1)
    losses = []
    for kernel_l2 in (0.0, 0.1):
        classifier = make_classifier(kernel_l2=kernel_l2)
        kernel = classifier.embedder.dense.get_weights()[0]
        losses.append(classifier.train_on_batch(inputs, targets)[0])
    penalty = 0.1 * np.sum(kernel**2)
    assert losses[1] - losses[0] == pytest.approx(penalty, rel=1e-4)


def test_an_embedder_without_a_stack_mixes_waveforms_only():
    head = SubclusterCosine(NUM_CLASSES)
    for mix_position in ("waveform_and_log_mel", "features"):
        with pytest.raises(ValueError, match='embedder=Rows.*"waveform"'):
            Classifier(Rows(), head, mix_position)
    classifier = Classifier(Rows(), head, "waveform")
    inputs, _ = make_clips(1.0, num_steps=1)
    weight = inputs["mix_weight"][:, None]
    mixed = weight * inputs["waveform"]
    mixed += (1 - weight) * inputs["waveform"][::-1]
    expected = np.array(head(classifier.embedder(mixed)))
    np.testing.assert_allclose(
        np.array(classifier(inputs)), expected, atol=1e-5
    )
