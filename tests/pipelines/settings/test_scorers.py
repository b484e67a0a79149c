import dataclasses

import pytest

from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.losses import AdaCos
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.presets import PRESETS
from pipelines.settings.scorer_choice import choose_scorers
from pipelines.settings.scorer_choice import list_scorers
from pipelines.settings.scorers import CentreAngle
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import CustomScorer
from pipelines.settings.scorers import Mahalanobis
from pipelines.settings.scorers import MinimumOverDomains
from pipelines.settings.scorers import NearestNeighbors
from pipelines.settings.scorers import Scorer

IN_SPACE = [kind for kind in kinds(Scorer).values() if hasattr(kind, "space")]


@pytest.mark.parametrize("kind", IN_SPACE)
@pytest.mark.parametrize("space", ["sphere", "standardized", "whitened", "raw"])
def test_a_scorer_measures_where_it_is_told(kind, space):
    made = kind(space=space).build(Config())
    assert getattr(made, "scorer", made).space == space


@pytest.mark.parametrize("kind", IN_SPACE)
def test_its_own_space_is_the_one_that_the_class_has(kind):
    made = kind().build(Config())
    made = getattr(made, "scorer", made)
    settings = made.get_config()
    del settings["space"]
    assert made.space == type(made).from_config(settings).space


@pytest.mark.parametrize("name", PRESETS)
def test_every_suiting_scorer_builds_what_it_says_it_reads(name):
    config = PRESETS[name]
    if not config.clip_seconds:
        config = dataclasses.replace(config, clip_seconds=1.0)
    scorers = list_scorers(config)
    assert config.scorer.reads in {scorer.reads for scorer in scorers}
    for scorer in scorers:
        layer = scorer.build(dataclasses.replace(config, scorer=scorer))
        assert (layer.reads != "embedding") == scorer.reads_head


def test_the_margin_and_the_scale_are_those_of_the_training():
    config = Config(loss=NoisyArcMix(margin=0.4, scale=20.0))
    scorer = CentreAngle().build(config)
    assert (scorer.margin, scorer.scale) == (0.4, 20.0)
    without = CentreAngle().build(Config(loss=AdaCos()))
    assert (without.margin, without.scale) == (0.0, 30.0)


def test_fields_become_arguments_of_the_layer():
    domain = Mahalanobis(covariance="domain").build(Config())
    assert domain.covariance == "domain"
    nearest = MinimumOverDomains().build(Config()).scorer
    assert type(nearest).__name__ == "NearestNeighbors"


def test_all_means_every_scorer_and_none_means_none():
    config = Config()
    assert choose_scorers(["all"], config) == list_scorers(config)
    assert choose_scorers(["Mahalanobis", "all"], config) == list_scorers(
        config
    )
    assert choose_scorers([], config) == []
    chosen = choose_scorers(["Centroids(space=raw)", "CentreAngle"], config)
    assert chosen == [Centroids(space="raw"), CentreAngle()]


def test_all_has_every_kind_and_variant_that_suits():
    found = list_scorers(Config())
    assert {*map(type, found)} == {CentreAngle, *IN_SPACE}
    assert CentreAngle(form="published") in found
    assert Mahalanobis(covariance="domain") in found


@pytest.mark.parametrize("text", ["magic", "Mahalanobis(covariance=full)"])
def test_an_unknown_scorer_is_refused(text):
    with pytest.raises(ValueError, match=r"scorer|covariance"):
        choose_scorers(["Centroids", text], Config())


def test_scorers_of_the_head_do_not_suit_fused_scores():
    config = dataclasses.replace(
        Config(scorer=NearestNeighbors()), fusion="training_free"
    )
    assert all(not scorer.reads_head for scorer in list_scorers(config))
    with pytest.raises(ValueError, match="`fusion` must be `none`"):
        choose_scorers(["CentreAngle"], config)


def test_what_is_no_scorer_is_refused():
    with pytest.raises(ValueError, match="`keras_asd.scorers.Scorer`"):
        CustomScorer(path="fractions.Fraction").build(Config())
