"""Hypermodels on two fans, with the real networks or a toy."""

import keras
import pytest

from pipelines.settings.embedders import MobileFaceNet
from tests.tuning.toy_trials import TINY
from tests.tuning.toy_trials import NoiseScore
from tests.tuning.toy_trials import ToyEmbedder
from tuning.settings.search_settings import SearchSettings
from tuning.trials.hypermodel import SearchHyperModel
from tuning.trials.search_data import prepare_search


@pytest.fixture
def toy(monkeypatch, eager):
    monkeypatch.setattr(
        MobileFaceNet,
        "build",
        lambda self, config, dtype="float32": ToyEmbedder(config.samples),
    )
    monkeypatch.setattr(
        "pipelines.training.fitting.load_model", keras.saving.load_model
    )


@pytest.fixture
def make_real(two_fans, tmp_path):
    def make_hypermodel(config=TINY, objective=None, **settings):
        data = prepare_search([str(two_fans)], config, tmp_path / "search")
        settings = SearchSettings(config, **settings)
        return SearchHyperModel(data, settings, objective or NoiseScore())

    return make_hypermodel


@pytest.fixture
def make(make_real, toy):
    """With a toy for the network."""
    return make_real
