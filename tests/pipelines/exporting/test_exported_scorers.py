import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.scorer_cases import MAKERS
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("space", SPACES)
def test_an_exported_scorer_gives_equal_scores(name, space, tmp_path):
    clips = draw_clips([(12, 3), (5, 0), (0, 0), (0, 4)])
    scorer = MAKERS[name](space).fit(*clips)
    inputs = keras.Input((5,))
    model = keras.Model(inputs, scorer(inputs))
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    rows = np.random.default_rng(0).normal(size=(7, 5)).astype("float32")
    rows[3, 2] = np.nan
    for batch in (rows, rows[:1], clips[0]):
        np.testing.assert_allclose(
            np.array(served.serve(batch)),
            np.array(scorer(batch)),
            rtol=1e-5,
            atol=1e-6,
        )
