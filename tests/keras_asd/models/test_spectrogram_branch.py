import numpy as np
import pytest

from keras_asd.models import SpectrogramBranch
from tests.harness import to_numpy


@pytest.mark.parametrize("frames", [311, 561])
def test_it_has_the_published_number_of_parameters(frames):
    branch = SpectrogramBranch()
    branch.build((None, frames, 513))
    # 3,310,676 less the 761,856 centres and the spectrum branch's share.
    assert branch.count_params() == 3_310_676 - 761_856 - 1_574_912


@pytest.mark.parametrize("frames, bins", [(1, 9), (2, 129), (6, 5), (31, 64)])
def test_few_frames_or_bins_do(frames, bins):
    spectrogram = np.random.default_rng(0).normal(size=(2, frames, bins))
    branch = SpectrogramBranch(branch_dim=8, width=0.25)
    assert branch(spectrogram).shape == (2, 8)


def test_what_happens_when_does_not_matter_far_from_the_borders():
    """The maximum over time forgets a shift by the network's whole stride."""
    branch = SpectrogramBranch(branch_dim=8, width=0.25)
    event = np.random.default_rng(0).normal(size=(24, 33))
    early, late = np.zeros((2, 480, 33), "float32")
    early[192:216] = event
    late[256:280] = event
    first, second = to_numpy(branch(np.stack([early, late])))
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_no_two_weights_begin_equal():
    branch = SpectrogramBranch(width=0.25)
    branch.build((None, 31, 33))
    block = branch.blocks[0]
    first, second = to_numpy([block.first.kernel, block.second.kernel])
    assert first.shape == second.shape
    assert np.abs(first - second).max() > 0.1
