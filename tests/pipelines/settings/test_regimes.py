import pathlib

import pytest

from pipelines.datasets.clip import Clip
from pipelines.settings.config import Config
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset
from pipelines.settings.regimes import REGIMES
from pipelines.settings.regimes import choose_regime
from pipelines.settings.regimes import describe_choice
from pipelines.settings.regimes import recommend


def list_clips(*counts, split="train"):
    return [
        Clip(pathlib.Path(f"{unit}/{i}.wav"), "fan", f"id_{unit}", split, False)
        for unit, count in enumerate(counts)
        for i in range(count)
    ]


def test_regimes_go_from_few_clips_to_all_there_can_be():
    limits = [regime.below for regime in REGIMES]
    assert limits == sorted(limits)
    assert limits[-1] == float("inf")
    assert {regime.preset for regime in REGIMES} <= set(PRESETS)


@pytest.mark.parametrize("regime", REGIMES[:-1])
def test_a_regime_ends_where_the_next_begins(regime):
    assert choose_regime(list_clips(regime.below - 1)) is regime
    following = REGIMES[REGIMES.index(regime) + 1]
    assert choose_regime(list_clips(regime.below)) is following


def test_the_median_section_decides_and_test_clips_do_not():
    few, many = REGIMES[0], REGIMES[-1]
    assert choose_regime(list_clips(30, 30, 5000)) is few
    assert choose_regime(list_clips(30, 5000, 5000)) is many
    clips = list_clips(30) + list_clips(5000, split="test")
    assert choose_regime(clips) is few


def test_the_choice_is_told_with_what_it_rests_on():
    told = describe_choice(list_clips(30, 40, 50))
    for part in ("3 sections", "40 normal clips", REGIMES[0].preset):
        assert part in told
    assert REGIMES[0].reason in told
    assert "1 section," in describe_choice(list_clips(7))


def test_another_method_is_recommended_for_few_clips_alone():
    few, many = list_clips(30, 30), list_clips(5000)
    best = choose_preset(REGIMES[0].preset)
    assert f"--preset {REGIMES[0].preset}" in recommend(few, Config())
    assert recommend(few, best) is None
    assert recommend(many, Config()) is None
    assert recommend(many, best) is None
