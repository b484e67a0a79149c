import logging
import math

import numpy as np
import pytest
import soundfile

from pipelines.audio.inspection import inspect_clips
from pipelines.datasets import read_clips
from pipelines.evaluation.baseline import baseline_scores
from pipelines.evaluation.nearest_neighbor_baseline import mean_log_mel
from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel

CONFIG = Config(
    embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=16)), clip_seconds=0.4
)


@pytest.fixture
def clips(two_fans):
    """The inspected test clips and normal clips."""
    inspected, broken = inspect_clips(list(read_clips(two_fans)))
    assert not broken
    return (
        [one for one in inspected if one.clip.split == "test"],
        [one for one in inspected if one.clip.split == "train"],
    )


def slow_feature(path):
    """Mean over windows of 0.4 s, evenly spaced over the second."""
    waveform, _ = soundfile.read(path)
    windows = [waveform[start : start + 6400] for start in (0, 4800, 9600)]
    means = [mean_log_mel(one, 16_000, num_mel_bins=16) for one in windows]
    return np.mean(means, axis=0)


def test_a_clip_scores_its_distance_to_the_nearest_of_its_section(clips):
    test, normals = clips
    features = {one.clip.path: slow_feature(one.clip.path) for one in normals}
    expected = [
        min(
            math.dist(slow_feature(one.clip.path), features[other.clip.path])
            for other in normals
            if other.clip.key == one.clip.key
        )
        for one in test
    ]
    found = baseline_scores(test, normals, CONFIG)
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    is_anomaly = np.array([one.clip.is_anomaly for one in test])
    assert found[is_anomaly].min() > found[~is_anomaly].max()


def test_a_test_clip_that_is_gone_has_no_score(clips):
    test, normals = clips
    test[3].clip.path.unlink()
    found = baseline_scores(test, normals, CONFIG)
    assert np.isnan(found[3])
    assert np.isfinite(np.delete(found, 3)).all()


def test_a_normal_clip_that_is_gone_is_done_without(clips):
    test, normals = clips
    normals[0].clip.path.unlink()
    found = baseline_scores(test, normals, CONFIG)
    expected = baseline_scores(test, normals[1:], CONFIG)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("section", ["id_00", ""])
def test_without_the_normal_clips_of_a_section_there_is_none(
    section, clips, caplog
):
    test, normals = clips
    for one in normals:
        if section in one.clip.section:
            one.clip.path.unlink()
    with caplog.at_level(logging.WARNING):
        assert baseline_scores(test, normals, CONFIG) is None
    assert "no baseline" in caplog.text
