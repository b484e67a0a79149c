import numpy as np
import pytest

from keras_asd.layers import LogMelPercentiles

LOG_MEL = np.random.default_rng(0).normal(-40.0, 9.0, (3, 29, 4))


@pytest.mark.parametrize("level", ["removed", "kept"])
@pytest.mark.parametrize("frames", [29, 2, 1])
def test_they_are_those_of_numpy(level, frames):
    log_mel = LOG_MEL[:, :frames]
    found = np.array(LogMelPercentiles((0, 5, 50, 99), level)(log_mel))
    expected = np.percentile(log_mel, (0, 5, 50, 99), axis=1)
    if level == "removed":
        expected = expected - log_mel.mean(axis=(1, 2))[:, None]
    expected = expected.transpose(1, 2, 0).reshape(3, 16)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


def test_the_order_of_frames_does_not_matter():
    layer = LogMelPercentiles()
    np.testing.assert_allclose(
        np.array(layer(LOG_MEL)), np.array(layer(LOG_MEL[:, ::-1])), atol=1e-5
    )


@pytest.mark.parametrize("percentiles", [(), (5, 101), (-1,)])
def test_other_percentiles_are_refused(percentiles):
    with pytest.raises(ValueError, match=r"in \[0, 100\]"):
        LogMelPercentiles(percentiles)
