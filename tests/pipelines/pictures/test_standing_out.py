"""Limits that normal clips and groups of them hardly ever exceed."""

import numpy as np
import pytest

from pipelines.pictures.standing_out import FALSE_RATE
from pipelines.pictures.standing_out import GROUP_SIZES
from pipelines.pictures.standing_out import group_limit
from pipelines.pictures.standing_out import group_strengths
from pipelines.pictures.standing_out import normal_limits
from pipelines.pictures.standing_out import strengths
from pipelines.pictures.standing_out import usual_levels

NUM_CLIPS, NUM_BANDS = 48, 64


def clip_levels(rng, number):
    """Bands that vary by 3 dB each; loud moments that vary much more."""
    levels = rng.normal(0.0, 3.0, (number, 4, NUM_BANDS))
    levels[:, 0] += rng.normal(0.0, 4.0, (number, 1))
    levels[:, 1:3] = 3 * rng.standard_exponential((number, 2, NUM_BANDS)) ** 2
    return levels


def standing_out(levels, usual, limits):
    excess, _ = usual.compare(levels)
    relative = strengths(excess, usual.deviation) / limits[:, None]
    return np.abs(relative).max((-1, -2)) > 1


def test_new_normal_clips_stand_out_at_the_stated_rate():
    rng = np.random.default_rng(0)
    shares, of_groups = [], []
    for _ in range(12):
        levels = clip_levels(rng, NUM_CLIPS)
        usual = usual_levels(levels)
        limits, group_limits = normal_limits(levels)
        new = clip_levels(rng, 400)
        shares.append(standing_out(new, usual, limits).mean())
        excess, _ = usual.compare(new)
        found = strengths(excess, usual.deviation)
        for group in found.reshape(50, 8, 4, NUM_BANDS):
            highest = np.abs(group_strengths(group, limits)).max()
            of_groups.append(highest > group_limit(group_limits, 8))
    assert np.mean(shares) == pytest.approx(FALSE_RATE, abs=0.025)
    assert np.mean(of_groups) < 2 * FALSE_RATE


def test_loudness_is_no_difference_of_a_band_as_far_as_it_is_usual():
    rng = np.random.default_rng(1)
    levels = clip_levels(rng, NUM_CLIPS)
    usual = usual_levels(levels)
    louder = usual.mean.copy()
    louder[0] += 4.0
    excess, loudness = usual.compare(louder)
    assert np.abs(excess).max() < 0.01 and loudness == pytest.approx(4.0)
    louder[0] += 40.0
    excess, loudness = usual.compare(louder)
    assert loudness == pytest.approx(2 * usual.loudness_deviation)
    assert excess[0].min() > 30


def test_moments_count_only_where_they_are_unusual_in_themselves():
    excess = np.zeros((4, 3))
    excess[0] = [-6.0, 0.0, 6.0]
    excess[2] = 6.0
    excess[3] = -6.0
    found = strengths(excess, np.ones((4, 3)))
    assert found[2].tolist() == [0.0, 6.0, 6.0]
    assert found[3].tolist() == [-6.0, -6.0, 0.0]


def test_a_group_is_judged_by_the_limit_of_its_size_or_a_smaller_one():
    limits = np.linspace(1.0, 0.3, len(GROUP_SIZES))
    assert group_limit(limits, 2) == limits[0]
    assert group_limit(limits, 7) == limits[GROUP_SIZES.index(6)]
    assert group_limit(limits, 100) == limits[-1]
