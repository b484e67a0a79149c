import keras
import numpy as np
import pytest
from keras import KerasTensor

from keras_asd.models.waveform_length import as_clips


def test_an_unknown_length_becomes_known():
    assert as_clips(KerasTensor((None, None)), 40).shape == (None, 40)


def test_another_length_is_refused():
    with pytest.raises(ValueError, match="40 samples.*`AnomalyDetector`"):
        as_clips(np.zeros((1, 39)), 40)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="others know every length"
)
def test_clips_of_a_length_unknown_in_the_graph_are_never_joined():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def embed(waveform):
        return as_clips(waveform, samples=400)

    assert tuple(embed(tf.ones((3, 400))).shape) == (3, 400)
    with pytest.raises(tf.errors.InvalidArgumentError):
        embed(tf.ones((2, 200)))
