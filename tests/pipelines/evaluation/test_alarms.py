import pathlib

import numpy as np
import pytest
import scipy.stats

from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.datasets.clip import Clip
from pipelines.evaluation.alarms import count_alarms
from pipelines.evaluation.alarms import describe_alarms
from pipelines.evaluation.alarms import summarize_alarms
from pipelines.methods.scored_clip import ScoredClip


def score(section, is_anomaly, decision, domain=None):
    path = pathlib.Path("a.wav")
    clip = Clip(path, "fan", section, "test", is_anomaly, domain)
    return ScoredClip(clip, 1.0, decision=decision)


CLIPS = [
    *[score("a", False, index < 3, "source") for index in range(50)],
    *[score("b", False, index < 1, "target") for index in range(30)],
    *[score("a", True, index < 6, "source") for index in range(10)],
    *[score("b", True, None, "target") for _ in range(4)],
]
COUNTS = {"fan/a": 60, "fan/b": 40}


def test_alarms_are_counted_by_domain():
    everything, source, target = count_alarms(CLIPS, 0.05, COUNTS)
    assert (everything.num_normal, everything.num_false) == (80, 4)
    assert (everything.num_faults, everything.num_found) == (10, 6)
    assert everything.num_undecided == target.num_undecided == 4
    assert (source.domain, source.num_false) == ("source", 3)
    assert source.band == fresh_alarms_band(0.05, 60, 50)


def test_the_band_of_several_sections_is_that_of_their_sum():
    everything, *_ = count_alarms(CLIPS, 0.05, COUNTS)
    rng = np.random.default_rng(0)
    draws = sum(
        scipy.stats.betabinom(
            num_fresh, 0.05 * (size + 1), 0.95 * (size + 1)
        ).rvs(100_000, random_state=rng)
        for size, num_fresh in ((60, 50), (40, 30))
    )
    low, high = np.quantile(draws, [0.025, 0.975])
    assert everything.band == (low, high)


def test_they_are_told_in_plain_words():
    summary = summarize_alarms(count_alarms(CLIPS, 0.05, COUNTS), 0.05)
    first, *_, last = describe_alarms({"alarms": summary})
    assert "60 % of 10 faults found" in first
    assert "5.0 % of 80 normal clips raised a false alarm" in first
    assert "where 5 % were requested" in first
    assert last.startswith("target: ") and last.endswith(
        "4 clips without a decision."
    )
    assert describe_alarms({}) == []


@pytest.mark.parametrize("label", [False, None])
def test_clips_without_faults_are_counted_too(label):
    clips = [score("a", label, False) for _ in range(5)]
    (alarms,) = count_alarms(clips, 0.05, COUNTS)
    assert alarms.num_faults == 0
    assert alarms.num_normal == (5 if label is False else 0)
    assert (
        "faults"
        not in describe_alarms({"alarms": summarize_alarms([alarms], 0.05)})[0]
    )
