import keras_tuner
import pytest
from keras_tuner.oracles import BayesianOptimizationOracle
from keras_tuner.oracles import GridSearchOracle
from keras_tuner.oracles import HyperbandOracle
from keras_tuner.oracles import RandomSearchOracle

from pipelines.settings.config import Config
from pipelines.settings.embedders import DualBranch
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import OneClassCompactness
from pipelines.settings.presets import PRESETS
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import Scorer
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import default_parameters
from tuning.settings.ranges import has_effect
from tuning.settings.search_space import configure
from tuning.settings.search_space import make_space
from tuning.settings.values import find_record
from tuning.settings.values import value_of

SEARCHABLE = {
    name: config
    for name, config in PRESETS.items()
    if config.networks == "one" and config.pretraining is None
}

# keras-tuner's own.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is deprecated:DeprecationWarning:keras_tuner"
)

NAMES = ("margin", "scale", "mix_alpha")


def draw_trials(make_oracle, space, number, folder):
    oracle = make_oracle(
        objective=keras_tuner.Objective("value", "max"),
        hyperparameters=space,
        seed=3,
    )
    oracle._set_project_dir(folder, "oracle")
    for place in range(number):
        trial = oracle.create_trial("tuner0")
        if trial.status == "STOPPED":
            return
        yield trial.hyperparameters
        oracle.update_trial(trial.trial_id, {"value": float(place % 5)})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)


def kind_of(config, name):
    value = getattr(find_record(config, name), name)
    return Scorer if isinstance(value, Scorer) else type(value)


@pytest.mark.parametrize("is_grid", [False, True])
@pytest.mark.parametrize("preset", SEARCHABLE)
def test_the_first_trial_starts_at_the_presets_own_values(preset, is_grid):
    config = PRESETS[preset]
    names = default_parameters(config)
    hp = make_space(names, config, is_grid)
    assert configure(hp, config, names, is_grid) == config
    assert list(hp.values) == list(names)


def test_everything_that_has_an_effect_can_be_searched_over():
    searched = set()
    for config in SEARCHABLE.values():
        names = [name for name in RANGES if has_effect(name, config)]
        space = make_space(names, config)
        for one in space.space:
            for prob in (0.01, 0.5, 0.99):
                hp = keras_tuner.HyperParameters()
                value = one.prob_to_value(prob)
                hp.values[one.name] = value
                made = configure(hp, config, [one.name])
                assert value_of(made, one.name) == value
                assert kind_of(made, one.name) is kind_of(config, one.name)
        searched.update(names)
    assert searched == set(RANGES)


@pytest.mark.parametrize(
    "make_oracle",
    [RandomSearchOracle, BayesianOptimizationOracle, HyperbandOracle],
)
def test_oracles_stay_within_the_ranges(make_oracle, tmp_path):
    names = (*NAMES, "mix_position", "num_mel_bins")
    space = make_space(names, Config())
    found = list(draw_trials(make_oracle, space, 8, tmp_path))
    assert len(found) == 8
    for hp in found:
        config = configure(hp, Config(), names)
        for name in NAMES:
            one = RANGES[name]
            assert one.low <= value_of(config, name) <= one.high
        assert config.embedder.num_mel_bins in (32, 64, 128, 256)


def test_a_grid_is_small_and_begins_at_the_papers_values(tmp_path):
    space = make_space(NAMES, Config(), is_grid=True)
    found = [
        configure(hp, Config(), NAMES, is_grid=True)
        for hp in draw_trials(GridSearchOracle, space, 99, tmp_path)
    ]
    assert found[0] == Config()
    tried = {tuple(value_of(one, name) for name in NAMES) for one in found}
    assert len(found) == len(tried) == 27


def test_a_value_outside_its_range_begins_at_the_nearest():
    config = Config(
        embedder=MobileFaceNet(front_end=LogMel(num_mel_bins=16)),
        weight_decay=0.0,
    )
    space = make_space(["weight_decay", "num_mel_bins"], config)
    assert space.values == {"weight_decay": 1e-4, "num_mel_bins": 32}
    grid = make_space(["weight_decay"], config, is_grid=True)
    assert grid.values == {"weight_decay": 0.0}


def test_choices_that_the_settings_refuse_are_no_choices():
    config = Config(loss=OneClassCompactness(), scorer=Centroids())
    [one] = make_space(["scorer"], config).space
    assert "CentreAngle" not in one.values
    assert one.default == "Centroids"


def test_a_choice_of_the_users_own_comes_first():
    config = Config(embedder=DualBranch(frame_lengths=(4096,)), loss=AdaCos())
    [one] = make_space(["frame_lengths"], config).space
    assert one.values[0] == one.default == "4096"


def test_spaces_are_chosen_apart_from_the_scorers():
    names = ["scorer", "space"]
    scorers, spaces = make_space(names, PRESETS["training_free"]).space
    assert "LocalDensity" == scorers.default
    assert not any("space" in label for label in scorers.values)
    assert spaces.default == "raw"
    _, spaces = make_space(names, Config()).space
    assert spaces.default == "own"


def test_whole_numbers_will_do_for_settings():
    space = make_space(
        ["margin"], Config(loss=NoisyArcMix(margin=1)), is_grid=True
    )
    assert space.values == {"margin": 1.0}


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="Received: margins"):
        make_space(["margins"], Config())
