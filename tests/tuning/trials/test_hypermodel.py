import dataclasses
import json
import math
import shutil

import keras
import keras_tuner
import numpy as np
import pytest

from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import PRESETS
from tests.tuning.toy_trials import TINY
from tests.tuning.toy_trials import Scripted
from tests.tuning.toy_trials import try_values
from tuning.settings.ranges import default_parameters
from tuning.settings.values import with_values
from tuning.trials.fitting import trial_detector

SEARCHABLE = {
    name: config
    for name, config in PRESETS.items()
    if config.networks == "one" and config.pretraining is None
}

# keras-tuner's own.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is deprecated:DeprecationWarning:keras_tuner"
)


def tiny(config):
    values = {
        "clip_seconds": 0.3,
        "width": 0.0625,
        "num_mel_bins": 16,
        "embedding_dim": 16,
        "epochs": 1,
        "batch_size": 16,
        "holdout": 0.2,
    }
    if len(getattr(config.embedder, "frame_lengths", ())) > 1:
        values["frame_lengths"] = "256+512"
    return with_values(config, values)


FAST = ("tastgram_mfn_noisy_arcmix", "dual_branch_adacos", "training_free")


@pytest.mark.parametrize(
    "preset",
    [
        pytest.param(name, marks=[] if name in FAST else pytest.mark.slow)
        for name in SEARCHABLE
        # The small ones of a method are what it is here anyway.
        if not name.endswith(("_study", "_reduced"))
    ],
)
def test_every_preset_is_built_trained_and_judged(make_real, eager, preset):
    config = tiny(PRESETS[preset])
    hypermodel = make_real(config, parameters=default_parameters(config))
    found = try_values(hypermodel)
    if config.is_trained:
        assert {"loss", "val_loss", "val_accuracy"} <= set(found)
    assert {"val_level", "val_level_part"} <= set(found)
    assert not {"epoch", "learning_rate"} & set(found)
    assert all(math.isfinite(value) for value in found.values())


def test_numbers_of_a_trial_do_not_depend_on_what_ran_before(make, tmp_path):
    hypermodel = make()
    values = {"margin": 0.2, "scale": 12.0}
    alone = try_values(hypermodel, RunFolder(tmp_path / "a"), values)
    other = try_values(hypermodel, values={"margin": 0.9})
    after = try_values(hypermodel, RunFolder(tmp_path / "b"), values)
    assert alone == after
    assert alone != other


class Diverge(keras.callbacks.Callback):
    """Makes the weights what a loss that diverges makes of them."""

    def on_epoch_begin(self, epoch, logs=None):
        weights = self.model.get_weights()
        self.model.set_weights([np.full_like(one, np.nan) for one in weights])


@pytest.mark.parametrize("patience", [0, 1])
def test_a_loss_that_diverges_is_the_trials_failure(make, patience):
    hypermodel = make(patience=patience)
    with pytest.raises(
        keras_tuner.errors.FailedTrialError, match="loss=nan in epoch 1"
    ) as failure:
        try_values(hypermodel, callbacks=[Diverge()])
    assert "\n" not in str(failure.value)
    assert not hypermodel.objective.num_calls


def test_an_objective_that_is_not_finite_is_the_trials_failure(make):
    hypermodel = make(objective=Scripted(math.nan))
    with pytest.raises(
        keras_tuner.errors.FailedTrialError, match="val_level=nan"
    ):
        try_values(hypermodel, last_epoch=1)


def test_values_that_do_not_go_together_are_the_trials_failure(make):
    hypermodel = make()
    with pytest.raises(
        keras_tuner.errors.FailedTrialError, match="`margin` must be radians"
    ):
        try_values(hypermodel, values={"margin": 3.0})


def test_lost_recordings_end_the_search_not_the_trial(make, two_fans):
    hypermodel = make()
    hp = keras_tuner.HyperParameters()
    model = hypermodel.build(hp)
    shutil.rmtree(two_fans)
    with pytest.raises(
        keras_tuner.errors.FatalValueError, match="none of 16 is there"
    ):
        hypermodel.fit(hp, model)


def test_it_serves_keras_tuners_own_tuners(make, tmp_path):
    hypermodel = make(dataclasses.replace(TINY, epochs=2))
    objective = keras_tuner.Objective("val_level", "max")
    search = keras_tuner.RandomSearch(
        hypermodel, objective, 2, seed=1, directory=tmp_path / "random"
    )
    search.search(verbose=0)
    trials = search.oracle.get_best_trials(2)
    assert [trial.status for trial in trials] == ["COMPLETED"] * 2
    assert trials[0].score == trials[0].metrics.get_best_value("val_level")
    assert trials[0].metrics.exists("val_loss")
    best = search.get_best_models(1)[0]
    config = hypermodel.configure(trials[0].hyperparameters)
    detector = trial_detector(best, hypermodel.data, config)
    found = hypermodel.objective.measure(detector, config)
    assert found["val_level"] == pytest.approx(trials[0].score, rel=1e-6)


@pytest.mark.slow
def test_it_serves_keras_tuners_own_hyperband(make, tmp_path):
    hypermodel = make(dataclasses.replace(TINY, epochs=2))
    search = keras_tuner.Hyperband(
        hypermodel,
        keras_tuner.Objective("val_level", "max"),
        max_epochs=2,
        factor=2,
        seed=1,
        directory=tmp_path / "hyperband",
    )
    search.search(verbose=0)
    trials = search.oracle.trials.values()
    assert {trial.status for trial in trials} == {"COMPLETED"}
    longer = next(
        trial
        for trial in trials
        if trial.hyperparameters.values.get("tuner/trial_id")
    )
    values = longer.hyperparameters.values
    names = ("margin", "scale", "mix_alpha")
    unbroken = {name: values[name] for name in names}
    assert try_values(hypermodel, values=unbroken)["val_level"] == longer.score


def test_a_grid_is_declared_as_one(make):
    hypermodel = make(tuner="grid")
    hp = keras_tuner.HyperParameters()
    hypermodel.build(hp)
    assert all(
        isinstance(one, keras_tuner.engine.hyperparameters.Choice)
        for one in hp.space
    )
    assert json.loads(json.dumps(hp.values)) == hp.values
    assert np.isclose(hp.values["scale"], 30.0)
