import keras
import numpy as np
import pytest

from keras_asd.metrics import MarginFreeAccuracy

COSINES = np.array(
    [[0.9, 0.1, -0.3], [0.2, 0.1, 0.0], [-0.9, -0.8, -0.1]], "float32"
)


def mix(first, second, weight, num_classes=3):
    one_hot = np.eye(num_classes, dtype="float32")
    weight = np.array(weight, "float32")[:, None]
    rows = [weight * one_hot[first], (1 - weight) * one_hot[second]]
    return np.stack(rows, axis=1)


def test_one_hot_targets_count_as_hits_where_the_cosine_is_largest():
    accuracy = MarginFreeAccuracy()
    assert float(accuracy(np.eye(3)[[0, 1, 2]], COSINES)) == pytest.approx(
        2 / 3
    )


@pytest.mark.parametrize(
    "first, second, weight, expected",
    [
        ([0, 0, 2], [1, 1, 0], [0.9, 0.9, 0.9], 1.0),
        ([1, 1, 0], [0, 0, 2], [0.1, 0.1, 0.1], 1.0),
        ([0, 0, 2], [1, 1, 0], [0.4, 0.4, 0.4], 0.0),
        ([0, 0, 2], [0, 0, 2], [0.3, 0.5, 1e-6], 1.0),
    ],
)
def test_mixed_targets_count_for_their_heavier_class(
    first, second, weight, expected
):
    accuracy = MarginFreeAccuracy()
    assert float(accuracy(mix(first, second, weight), COSINES)) == expected


def test_two_classes_in_one_hot_form_are_not_taken_for_two_rows():
    accuracy = MarginFreeAccuracy()
    targets = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert float(accuracy(targets, np.array([[0.2, 0.4]] * 2))) == 0.5


def test_of_the_sub_centres_of_a_class_the_nearest_counts():
    accuracy = MarginFreeAccuracy()
    cosines = np.array([[[0.1, 0.2], [-0.9, 0.8], [0.7, 0.7]]] * 2)
    assert float(accuracy(np.eye(3)[[1, 2]], cosines)) == 0.5
    mixed = mix([1, 1], [0, 0], [0.7, 0.4])
    accuracy.reset_state()
    assert float(accuracy(mixed, cosines)) == 0.5


def test_two_classes_of_two_sub_centres_are_not_taken_for_mixed_targets():
    accuracy = MarginFreeAccuracy()
    cosines = np.array([[[0.1, 0.9], [0.2, 0.3]], [[0.1, 0.2], [0.0, 0.3]]])
    assert float(accuracy(np.eye(2), cosines)) == 1.0


def test_soft_targets_count_for_their_heaviest_class():
    accuracy = MarginFreeAccuracy()
    soft = np.array([[0.6, 0.4, 0.0], [0.3, 0.7, 0.0], [0.1, 0.2, 0.7]])
    assert float(accuracy(soft, COSINES)) == pytest.approx(2 / 3)


def test_it_averages_over_batches_and_starts_again_after_a_reset():
    accuracy = MarginFreeAccuracy()
    accuracy.update_state(np.eye(3)[[0, 0]], COSINES[:2])
    accuracy.update_state(np.eye(3)[[0, 0, 0]], COSINES)
    assert float(accuracy.result()) == pytest.approx(4 / 5)
    accuracy.reset_state()
    assert float(accuracy.result()) == 0.0


def test_sample_weights_weigh_the_clips():
    accuracy = MarginFreeAccuracy()
    hits_and_miss = np.eye(3)[[0, 1, 2]]
    result = accuracy(hits_and_miss, COSINES, sample_weight=[1.0, 6.0, 1.0])
    assert float(result) == pytest.approx(0.25)


def test_a_narrow_majority_survives_half_precision_cosines():
    accuracy = MarginFreeAccuracy()
    cosines = keras.ops.cast(COSINES, "bfloat16")
    targets = mix([1, 1, 0], [0, 0, 2], [0.4999] * 3)
    assert float(accuracy(targets, cosines)) == 1.0


def test_it_comes_back_from_its_configuration():
    restored = keras.metrics.deserialize(
        keras.metrics.serialize(MarginFreeAccuracy(name="hits"))
    )
    assert isinstance(restored, MarginFreeAccuracy)
    assert restored.name == "hits"


def test_model_fit_reports_it_for_mixed_targets():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Identity()])
    model.compile(
        loss=lambda y_true, y_pred: keras.ops.sum(y_pred, axis=-1),
        metrics=[MarginFreeAccuracy()],
    )
    targets = mix([0, 0, 0], [1, 1, 1], [0.9] * 3)
    result = model.evaluate(COSINES, targets, verbose=0, return_dict=True)
    assert result["accuracy"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("shape", [(3,), (3, 4), (3, 3, 3), (3, 2, 3, 1)])
def test_targets_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="y_true"):
        MarginFreeAccuracy()(np.ones(shape), COSINES)
