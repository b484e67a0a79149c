import dataclasses
import pathlib

import numpy as np
import pytest

from pipelines.datasets.clip import Clip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.losses import CrossEntropy
from pipelines.settings.losses import SupervisedContrastive
from pipelines.settings.pretraining import BuiltInMachines
from pipelines.settings.pretraining import Contrastive
from pipelines.settings.scorers import LogOdds
from pipelines.training import pretraining

CONFIG = Config(pretraining=Contrastive(epochs=7, learning_rate=0.25), epochs=3)
RUN = RunFolder(pathlib.Path("runs/fan"))


class FakeClassifier:
    @property
    def embedder(self):
        return self

    def get_weights(self):
        return [np.ones(1)]


@pytest.fixture
def calls(monkeypatch):
    """What training would be called with."""
    found = []

    def fit(*arguments):
        found.append(arguments)
        return FakeClassifier()

    monkeypatch.setattr(pretraining, "fit_classifier", fit)
    return found


def make_listed(machine, role):
    clip = Clip(pathlib.Path(machine), machine, "00", "train", False)
    return ListedClip(clip, role)


def run_pretraining(config):
    listed = [make_listed("fan", "train"), make_listed("pump", "train")]
    examples = make_examples([one.clip for one in listed], "section")
    listed += [make_listed("gear", "contrast"), make_listed("mill", "contrast")]
    label_map = make_label_map(examples, examples)
    return pretraining.pretrain(examples, listed, label_map, config, RUN)


def test_it_has_epochs_and_a_constant_rate_of_its_own(calls):
    assert run_pretraining(CONFIG) == [np.ones(1)]
    [(_, _, _, config, run)] = calls
    assert (config.epochs, config.learning_rate) == (7, 0.25)
    assert (config.final_learning_rate, config.keep) == (1.0, "last")
    assert run.path == RUN.path / "pretraining"


def test_contrasting_is_done_on_the_run_s_own_clips_and_classes(calls):
    run_pretraining(CONFIG)
    [(examples, _, label_map, config, _)] = calls
    assert config.loss == SupervisedContrastive()
    assert label_map.classes == ("fan/00", "pump/00")
    assert [one.clip.machine for one in examples] == ["fan", "pump"]


def test_built_in_machines_are_told_apart_by_the_run_s_own_loss(calls):
    run_pretraining(dataclasses.replace(CONFIG, pretraining=BuiltInMachines()))
    [(examples, _, label_map, config, _)] = calls
    assert config.loss == CONFIG.loss
    assert label_map.classes == ("gear/00", "mill/00")
    assert [one.clip.machine for one in examples] == ["gear", "mill"]


def test_a_loss_with_another_head_may_follow(calls):
    run_pretraining(
        dataclasses.replace(CONFIG, loss=CrossEntropy(), scorer=LogOdds())
    )
    [(_, _, _, config, _)] = calls
    assert config.loss == SupervisedContrastive()
