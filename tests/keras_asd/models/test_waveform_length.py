import numpy as np
import pytest
from keras import KerasTensor

from keras_asd.models.waveform_length import as_clips


def test_an_unknown_length_becomes_known():
    assert as_clips(KerasTensor((None, None)), 40).shape == (None, 40)


def test_another_length_is_refused():
    with pytest.raises(ValueError, match="40 samples.*`AnomalyDetector`"):
        as_clips(np.zeros((1, 39)), 40)
