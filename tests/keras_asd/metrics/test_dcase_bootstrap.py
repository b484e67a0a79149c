import numpy as np
import pytest

from keras_asd.metrics import official_interval
from keras_asd.metrics import official_scores
from keras_asd.metrics import paired_bootstrap
from keras_asd.metrics import resampled_scores


def draw_section(generator, shift, num_each=50):
    labels = np.tile(np.repeat([0, 1], num_each), 2)
    domains = np.repeat(["source", "target"], 2 * num_each)
    names = (np.full(labels.size, "fan"), np.full(labels.size, "section_00"))
    scores = generator.normal(size=labels.size) + shift * labels
    return [*names, domains, labels, scores]


def test_resamples_keep_each_stratum_and_spread_around_the_score():
    clips = draw_section(np.random.default_rng(0), 1.0)
    for year in (2020, 2021, 2023):
        score = official_scores(year, *clips).official_score
        drawn = resampled_scores(year, *clips, num_resamples=300)
        assert drawn.official_score.shape == (300,)
        low, high = official_interval(year, *clips, num_resamples=300)
        assert low < score < high
        assert high - low < 0.25


def test_lone_clips_of_a_stratum_leave_no_room_for_the_bootstrap():
    clips = [["f"] * 4, ["s"] * 4, ["source", "target"] * 2, [0, 0, 1, 1]]
    drawn = resampled_scores(2023, *clips, [1.0, 3.0, 2.0, 4.0], 20)
    assert len(set(drawn.official_score.tolist())) == 1


def test_the_interval_covers_the_true_score_as_often_as_it_says():
    generator = np.random.default_rng(0)
    large = draw_section(generator, 1.0, num_each=40_000)
    truth = official_scores(2023, *large).official_score
    num_covered = 0
    for _ in range(100):
        clips = draw_section(generator, 1.0, num_each=30)
        low, high = official_interval(2023, *clips, 200, generator)
        num_covered += low <= truth <= high
    assert 87 <= num_covered <= 100


def test_a_system_does_not_differ_from_itself():
    clips = draw_section(np.random.default_rng(0), 1.0)
    found = paired_bootstrap(2023, *clips, clips[4], num_resamples=100)
    assert found.difference == 0
    assert found.interval == (0, 0)
    assert found.p_value == 1


def test_a_better_system_is_told_with_a_small_p_value_either_way_round():
    generator = np.random.default_rng(0)
    clips = draw_section(generator, 0.2)
    better = clips[4] + 1.5 * clips[3]
    up = paired_bootstrap(2023, *clips[:4], better, clips[4], 200)
    down = paired_bootstrap(2023, *clips, better, 200)
    assert up.difference == -down.difference > 0
    assert up.interval[0] > 0 > down.interval[1]
    assert up.p_value == down.p_value == pytest.approx(2 / 201)


def test_pairs_are_judged_on_the_same_resamples():
    generator = np.random.default_rng(0)
    clips = draw_section(generator, 0.7)
    other = clips[4] + 0.05 * generator.normal(size=clips[4].size)
    found = paired_bootstrap(2023, *clips, other, 300)
    low, high = official_interval(2023, *clips, 300)
    assert found.interval[1] - found.interval[0] < (high - low) / 3


def test_p_values_of_equal_systems_are_spread_over_the_unit_interval():
    generator = np.random.default_rng(0)
    p_values = []
    for _ in range(60):
        clips = draw_section(generator, 0.7, num_each=25)
        other = generator.normal(size=100) + 0.7 * clips[3]
        p_values.append(paired_bootstrap(2023, *clips, other, 100).p_value)
    assert np.mean(np.array(p_values) < 0.05) < 0.2
    assert 0.3 < np.median(p_values) < 0.7
