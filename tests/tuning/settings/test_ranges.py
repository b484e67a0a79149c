import dataclasses
import subprocess
import sys
import typing

import pytest

from pipelines.settings.config import Config
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import OneClassCompactness
from pipelines.settings.presets import PRESETS
from pipelines.settings.scorers import Centroids
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import check_parameters
from tuning.settings.ranges import default_parameters
from tuning.settings.ranges import has_effect
from tuning.settings.values import value_of
from tuning.settings.values import with_values

SEARCHABLE = {
    name: config
    for name, config in PRESETS.items()
    if config.networks == "one" and config.pretraining == "none"
}

SUBCLUSTERS = PRESETS["dual_branch_subcluster_adacos"]
TRAINING_FREE = PRESETS["training_free"]


@pytest.mark.parametrize("one", RANGES.values(), ids=list(RANGES))
def test_every_range_is_of_a_setting_and_says_why(one):
    assert one.name in {field.name for field in dataclasses.fields(Config)}
    assert one.reason.endswith(".")
    assert one.grid
    if one.kind == "choice":
        assert one.grid == one.choices
        assert value_of(Config(), one.name) in one.choices
    else:
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
        (["margin"], Config(loss=AdaCos()), "has none with.*loss='adacos'"),
        (["mix_alpha"], Config(loss=ArcFace()), "mix_alpha.*loss='arcface'"),
        (["mix_position"], SUBCLUSTERS, "embedder='dual_branch'"),
        (["space"], Config(), "space.*scorer='centre_angle'"),
        (["learning_rate"], TRAINING_FREE, "embedder='statistics'"),
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


@pytest.mark.parametrize("name", RANGES)
def test_values_and_settings_turn_into_each_other(name):
    for config in (Config(), Config(embedder=MobileFaceNet())):
        assert with_values(config, {name: value_of(config, name)}) == config


def test_values_of_a_choice_have_the_kind_of_the_setting():
    hints = typing.get_type_hints(Config)
    assert hints["scorer"] == typing.Literal[RANGES["scorer"].choices]
    changed = with_values(Config(), {"frame_lengths": "512", "margin": 0.5})
    assert (changed.frame_lengths, changed.margin) == ((512,), 0.5)


def test_what_does_not_go_together_is_refused_by_name():
    config = Config(loss=OneClassCompactness(), scorer=Centroids())
    with pytest.raises(ValueError, match="`scorer` must be"):
        with_values(config, {"scorer": "centre_angle"})


def test_ranges_load_no_framework():
    modules = "tuning.settings.ranges, tuning.settings.values"
    code = f"import sys, {modules}\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"keras", "keras_tuner", "tensorflow"} & set(loaded)
