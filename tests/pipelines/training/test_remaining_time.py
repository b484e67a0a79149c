import logging

import keras
import numpy as np
import pytest

import pipelines.training.remaining_time as remaining_time
from pipelines.training.remaining_time import RemainingTime


@pytest.mark.parametrize(("least", "count"), [(0, 1), (1e9, 0)])
def test_the_time_left_is_logged_once(monkeypatch, caplog, least, count):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(remaining_time, "LEAST_SECONDS", least)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    data = np.zeros((20, 2)), np.zeros((20, 1))
    callback = RemainingTime(40)
    model.fit(*data, batch_size=1, epochs=2, verbose=0, callbacks=[callback])
    assert caplog.text.count("training: about 1 minute left") == count
