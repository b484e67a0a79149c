import numpy as np
import pytest

from keras_asd.layers.mel_filters import hz_to_mel
from keras_asd.layers.mel_filters import mel_filters
from keras_asd.layers.mel_filters import mel_to_hz


@pytest.mark.parametrize(
    "hz, htk, slaney",
    [
        (0.0, 0.0, 0.0),
        (700.0, 781.1728, 10.5),
        (1000.0, 999.9856, 15.0),
        (6400.0, 2610.9860, 42.0),
    ],
)
def test_the_scales_at_known_places(hz, htk, slaney):
    assert hz_to_mel(hz, "htk") == pytest.approx(htk, abs=1e-3)
    assert hz_to_mel(hz, "slaney") == pytest.approx(slaney)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_there_and_back_is_where_one_started(scale):
    hz = np.linspace(0.0, 24_000.0, 301)
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hz, scale), scale), hz)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_between_the_outer_peaks_the_bands_add_up_to_one(scale):
    filters = mel_filters(16, 1024, 16_000, 0.0, 8000.0, scale, False)
    peaks = np.argmax(filters, axis=0)
    inner = filters[peaks[0] + 1 : peaks[-1]]
    np.testing.assert_allclose(inner.sum(axis=1), 1.0)
