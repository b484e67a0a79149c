import numpy as np

from keras_asd.scorers import HeadScore


def test_it_is_the_head_s_output_where_that_is_finite():
    output = np.array([[-7.5, 0.0, 3e38], [np.inf, -np.inf, np.nan]])
    scores = np.array(HeadScore()(output.astype("float32")))
    np.testing.assert_array_equal(scores[0], output[0].astype("float32"))
    assert np.isnan(scores[1]).all()


def test_there_is_nothing_to_fit():
    scorer = HeadScore()
    assert scorer.fit(np.ones((2, 3)), groups=[0, 1]) is scorer
    assert scorer.reads == "head"
    assert not scorer.weights
