import numpy as np
import pytest
from keras import ops

from keras_asd.models import DualBranchEmbedder
from keras_asd.models import JoinedEmbedder
from keras_asd.models import StatisticsEmbedder
from pipelines.pictures.explanation import METHODS
from pipelines.pictures.explanation import explain_clip

SAMPLES = 8000
NOISE = np.random.default_rng(0).normal(0.0, 0.1, (9, SAMPLES))


def length(embedding):
    return ops.norm(embedding, axis=-1)


@pytest.fixture(scope="module")
def embedder():
    embedder = StatisticsEmbedder(samples=SAMPLES, num_mel_bins=8)
    embedder.fit(np.array(embedder.statistics(NOISE.astype("float32"))))
    return embedder


def test_hiding_behind_a_normal_clip_shows_a_steady_tone(embedder):
    time = np.arange(SAMPLES) / 16_000
    tone = NOISE[0] + 0.1 * np.sin(2 * np.pi * 2000 * time)
    (found,) = explain_clip(
        embedder, length, tone, normal=NOISE[1], num_masks=200
    )
    (_, (_, hz)) = found.axes
    band = found.importance.mean(axis=0).argmax()
    assert band == np.abs(hz - 2000).argmin()
    assert found.importance.max() > 2 * -found.importance.min()


def test_statistics_beside_a_network_have_a_map_of_their_own(embedder):
    network = DualBranchEmbedder(samples=SAMPLES, width=0.0625)
    both = JoinedEmbedder([network, embedder])
    found = explain_clip(both, length, NOISE[0], num_masks=4)
    names = ["spectrum", "spectrogram", "statistics_log_mel"]
    assert [one.name for one in found] == names
    assert [one.unit for one in found][::2] == ["dB", "dB"]
    for one in found:
        shape = tuple(len(values) for _, values in one.axes)
        assert one.values.shape == one.importance.shape == shape


def test_magnitudes_are_shown_in_decibels():
    embedder = DualBranchEmbedder(samples=SAMPLES, width=0.0625)
    told = []
    found = explain_clip(
        embedder, length, NOISE[0], num_masks=4, progress=told.append
    )
    assert [one.name for one in found] == ["spectrum", "spectrogram"]
    assert told == [4, 4]
    representations = embedder.represent(NOISE[:1].astype("float32"))
    for one in found:
        magnitude = np.abs(np.array(representations[one.name]))[0]
        assert one.values.shape == one.importance.shape == magnitude.shape
        assert [len(values) for _, values in one.axes] == [*magnitude.shape]
        loudest = 20 * np.log10(magnitude.max())
        assert one.values.max() == pytest.approx(loudest, abs=1e-3)
        assert one.values.min() >= loudest - 60.001


def test_times_are_those_of_the_recording(embedder):
    (found,) = explain_clip(
        embedder, length, NOISE[0], method=METHODS["occlusion"]
    )
    moved = found.in_recording(2.0, 9.0)
    (_, before), (_, after) = found.axes[0], moved.axes[0]
    np.testing.assert_allclose(after, np.array(before) + 2.0)
    np.testing.assert_array_equal(moved.importance, found.importance)


def test_the_map_of_a_repeated_clip_is_summed_over_its_repetitions(embedder):
    (found,) = explain_clip(
        embedder, length, NOISE[0], method=METHODS["occlusion"]
    )
    short = found.in_recording(0.0, 0.16)
    (_, seconds), _ = short.axes
    assert seconds[-1] < 0.16 and short.importance.shape == (10, 8)
    assert short.values.shape == short.importance.shape
    total = found.importance.sum()
    assert short.importance.sum() == pytest.approx(total)
