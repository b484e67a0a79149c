import subprocess
import sys

import pytest

from pipelines.settings.config import Config
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import OneClassCompactness
from pipelines.settings.presets import PRESETS
from pipelines.settings.scorers import CentreAngle
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import Mahalanobis
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import check_parameters
from tuning.settings.ranges import default_parameters
from tuning.settings.ranges import has_effect
from tuning.settings.values import find_record
from tuning.settings.values import value_of
from tuning.settings.values import with_values

SEARCHABLE = {
    name: config
    for name, config in PRESETS.items()
    if config.networks == "one" and config.pretraining is None
}

SUBCLUSTERS = PRESETS["dual_branch_subcluster_adacos"]
TRAINING_FREE = PRESETS["training_free"]


@pytest.mark.parametrize("name", RANGES)
def test_every_range_is_of_a_setting_and_says_why(name):
    one = RANGES[name]
    assert one.reason.endswith(".")
    presets = [one for one in PRESETS.values() if find_record(one, name)]
    assert presets
    if name == "scorer":
        # Which there are depends on the other settings.
        assert (one.kind, one.grid, one.choices) == ("choice", (), ())
    elif one.kind == "choice":
        assert one.grid == one.choices
        assert {value_of(config, name) for config in presets} <= set(
            one.choices
        )
    else:
        assert one.grid
        assert 0 <= one.low < one.high
        assert all(one.low <= value <= one.high for value in one.grid)
        assert one.low > 0 or one.sampling == "linear"


@pytest.mark.parametrize("name", SEARCHABLE)
def test_every_preset_has_something_to_search_over(name):
    names = default_parameters(PRESETS[name])
    assert len(names) >= 2
    check_parameters(names, PRESETS[name])


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (Config(), ("margin", "scale", "mix_alpha")),
        (Config(loss=ArcFace()), ("margin", "scale")),
        (Config(loss=NoisyArcMix(mix_probability=0.0)), ("margin", "scale")),
        (SUBCLUSTERS, ("num_subclusters", "adaptive_scale", "mix_alpha")),
        (PRESETS["dual_branch_adacos"], ("adaptive_scale", "mix_alpha")),
        (TRAINING_FREE, ("scorer", "space", "num_mel_bins", "level")),
    ],
)
def test_defaults_are_what_has_an_effect(config, names):
    assert default_parameters(config) == names


@pytest.mark.parametrize(
    ("names", "config", "message"),
    [
        (["margins"], Config(), "margins, which is not one of those"),
        (["scale", "margin", "scale"], Config(), "scale, twice"),
        (["margin"], Config(loss=AdaCos()), "has none with.*loss=AdaCos"),
        (["mix_alpha"], Config(loss=ArcFace()), "mix_alpha.*loss=ArcFace"),
        (["mix_position"], SUBCLUSTERS, "embedder=DualBranch"),
        (["space"], Config(), "space.*scorer=CentreAngle"),
        (["learning_rate"], TRAINING_FREE, "embedder=Statistics"),
        (["num_mel_bins"], SUBCLUSTERS, "Choose among .*frame_lengths"),
    ],
)
def test_what_cannot_be_searched_over_is_refused(names, config, message):
    with pytest.raises(ValueError, match=message):
        check_parameters(names, config)


def test_a_setting_may_have_its_effect_through_another():
    without = Config(loss=NoisyArcMix(mix_probability=0.0))
    assert not has_effect("mix_alpha", without)
    check_parameters(["mix_probability", "mix_alpha"], without)
    check_parameters(["space", "scorer"], Config())


@pytest.mark.parametrize("config", SEARCHABLE.values(), ids=list(SEARCHABLE))
def test_values_and_settings_turn_into_each_other(config):
    for name in RANGES:
        if find_record(config, name):
            assert with_values(config, {name: value_of(config, name)}) == config


def test_values_of_a_choice_have_the_kind_of_the_setting():
    values = {
        "frame_lengths": "256+512",
        "scorer": "Mahalanobis(covariance=domain)",
        "space": "raw",
    }
    changed = with_values(SUBCLUSTERS, values)
    assert changed.embedder.frame_lengths == (256, 512)
    assert changed.scorer == Mahalanobis(space="raw", covariance="domain")


def test_a_value_without_a_setting_is_refused_or_left_out():
    with pytest.raises(ValueError, match="no space with loss=NoisyArcMix"):
        value_of(Config(), "space")
    values = {"scorer": "CentreAngle(form=published)", "space": "raw"}
    assert with_values(SUBCLUSTERS, values).scorer == CentreAngle("published")


def test_what_does_not_go_together_is_refused_by_name():
    config = Config(loss=OneClassCompactness(), scorer=Centroids())
    with pytest.raises(ValueError, match="`scorer` must be"):
        with_values(config, {"scorer": "CentreAngle"})


def test_ranges_load_no_framework():
    modules = "tuning.settings.ranges, tuning.settings.values"
    code = f"import sys, {modules}\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"keras", "keras_tuner", "tensorflow"} & set(loaded)
