import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies

from keras_asd.layers.fourier import matrix_rfft
from keras_asd.layers.fourier import split
from keras_asd.layers.fourier import turns
from tests.harness import to_numpy

# Powers of two, primes, products of primes, and lengths that are in use.
LENGTHS = [1, 2, 3, 64, 67, 128, 255, 313, 512, 626, 2048, 19_744, 160_000]


def transform(signal):
    real, imaginary = matrix_rfft(signal.astype("float32"))
    return to_numpy(real) + 1j * to_numpy(imaginary)


def largest_error(signal):
    """Of any bin, against the root mean square of all bins."""
    signal = signal.astype("float32")
    exact = np.fft.rfft(signal.astype("float64"))
    size = np.sqrt(np.mean(np.square(np.abs(exact)))) or 1.0
    return np.max(np.abs(transform(signal) - exact)) / size


@pytest.mark.parametrize("length", LENGTHS)
def test_it_is_the_transform_in_double_precision(length):
    signal = np.random.default_rng(0).normal(size=(2, length))
    assert largest_error(signal) < 3e-6


@settings(max_examples=15, deadline=None)
@given(
    length=strategies.integers(1, 700), seed=strategies.integers(0, 2**32 - 1)
)
def test_every_length_has_a_transform(length, seed):
    signal = np.random.default_rng(seed).normal(size=(1, length))
    assert largest_error(signal) < 3e-6


def test_quiet_bins_beside_a_loud_tone_stay_quiet():
    """120 dB below it, as far as float32 reaches."""
    time = np.arange(160_000) / 16_000
    tone = 0.5 * np.sin(2 * np.pi * 1000 * time)[None]
    spectrum = np.abs(transform(tone))[0]
    assert spectrum.argmax() == 10_000
    others = np.delete(spectrum, 10_000)
    assert others.max() < 1e-6 * spectrum.max()


def test_more_axes_are_kept():
    signal = np.random.default_rng(0).normal(size=(2, 3, 4, 10))
    expected = np.fft.rfft(signal)
    np.testing.assert_allclose(transform(signal), expected, atol=1e-5)


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_is_the_product_of_its_factors(length):
    factors, rest = [], length
    while split(rest) != rest:
        factors.append(split(rest))
        rest //= factors[-1]
    factors.append(rest)
    assert math.prod(factors) == length
    is_whole = [k > 64 for k in factors]
    for factor in np.array(factors)[is_whole]:
        assert factor in (67, 313, 617)


def test_turns_are_exact_where_they_are_whole():
    cosine, sine = turns(8, 8, 8)
    assert cosine[4].tolist() == [1, -1] * 4
    assert sine[2].tolist() == [0, -1, 0, 1] * 2


def test_a_large_prime_factor_is_refused():
    with pytest.raises(ValueError, match="a prime factor 79999"):
        matrix_rfft(np.zeros((1, 159_998), "float32"))
