import keras
import numpy as np
import pytest

from keras_asd.models import SpectrumBranch
from tests.harness import to_numpy


@pytest.mark.parametrize(
    "bins, parameters",
    [
        # Kernels, normalisations and embedding of the published table; the
        # first dense layer sees 10 or 18 x 128 values.
        (80_000, 1_343_488 + 163_840 + 3 * 16_384 + 4 * 512 + 16_384),
        (144_000, 1_343_488 + 294_912 + 3 * 16_384 + 4 * 512 + 16_384),
    ],
)
def test_it_has_the_published_number_of_parameters(bins, parameters):
    branch = SpectrumBranch()
    branch.build((None, bins))
    assert branch.count_params() == parameters


@pytest.mark.parametrize("bins", [1, 63, 255, 2000])
def test_a_short_spectrum_does(bins):
    spectrum = np.random.default_rng(0).uniform(size=(2, bins))
    branch = SpectrumBranch(branch_dim=8, width=0.125)
    assert branch(spectrum).shape == (2, 8)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_loud_tone_stays_finite_under_a_policy_of_half_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        branch = SpectrumBranch(branch_dim=8, width=0.125)
    finally:
        keras.config.set_dtype_policy(before)
    spectrum = np.zeros((1, 4000), "float32")
    spectrum[0, 1000] = 80_000.0
    assert np.isfinite(to_numpy(branch(spectrum))).all()
    assert branch.compute_dtype == "float32"


def test_no_two_weights_begin_equal():
    branch = SpectrumBranch(width=0.25)
    branch.build((None, 2000))
    first, second = (to_numpy(branch.denses[i].kernel) for i in (1, 2))
    assert first.shape == second.shape
    assert np.abs(first - second).max() > 0.1
