import numpy as np
import pytest

from keras_asd.models import JoinedEmbedder
from tests.harness import assert_close
from tests.joined_cases import make_joined
from tests.reconstruction_cases import make_noise
from tests.reconstruction_cases import make_small

SAMPLES = 4096


@pytest.fixture(scope="module")
def joined():
    return make_joined(SAMPLES, num_networks=3)


@pytest.fixture(scope="module")
def clips():
    return make_noise(2, samples=SAMPLES)


def test_embeddings_stand_one_behind_the_other(joined, clips):
    expected = [np.array(one(clips)) for one in joined.embedders]
    assert joined.embedding_dim == sum(one.shape[1] for one in expected)
    assert_close(joined(clips), np.concatenate(expected, axis=1))


def test_it_embeds_what_it_represents(joined, clips):
    representations = joined.represent(clips)
    assert list(representations) == ["0.log_mel", "1.log_mel", "2.log_mel"]
    assert_close(joined.embed(representations), joined(clips))


def test_of_many_networks_each_gets_its_own_representation(clips):
    joined = make_joined(SAMPLES, num_networks=11)
    representations = joined.represent(clips)
    changed = {
        **representations,
        "10.log_mel": representations["10.log_mel"] + 1.0,
    }
    before, after = (
        np.split(np.array(joined.embed(one)), 11, axis=1)
        for one in (representations, changed)
    )
    is_changed = [
        not np.array_equal(*pair) for pair in zip(before, after, strict=True)
    ]
    assert is_changed == [False] * 10 + [True]


def test_masked_cells_are_filled_as_each_embedder_says(joined, clips):
    representations = joined.represent(clips)
    filled = joined.neutral(representations)
    assert set(filled) == set(representations)
    for place, one in enumerate(joined.embedders):
        own = {"log_mel": representations[f"{place}.log_mel"]}
        expected = one.neutral(own)["log_mel"]
        assert_close(filled[f"{place}.log_mel"], expected)


def test_axes_are_those_of_the_embedder_that_is_named():
    parts = [make_small(samples=SAMPLES, num_mel_bins=n) for n in (8, 16)]
    joined = JoinedEmbedder(parts)
    for place, one in enumerate(parts):
        (time, seconds), (label, hz) = joined.axes(f"{place}.log_mel")
        expected = one.axes("log_mel")
        assert (time, label) == (expected[0][0], expected[1][0])
        np.testing.assert_array_equal(seconds, expected[0][1])
        np.testing.assert_array_equal(hz, expected[1][1])
    with pytest.raises(ValueError, match="'tgram'"):
        joined.axes("0.tgram")


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [make_small(samples=SAMPLES), make_small(samples=2 * SAMPLES)],
        [
            make_small(samples=SAMPLES),
            make_small(samples=SAMPLES, sampling_rate=8000),
        ],
    ],
)
def test_none_or_other_lengths_and_rates_are_refused(parts):
    with pytest.raises(ValueError, match="same waveforms.*Received: lengths"):
        JoinedEmbedder(parts)
