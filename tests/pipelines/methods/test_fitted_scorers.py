import dataclasses
import typing

import numpy as np
import pytest

from keras_asd.scorers import CentreAngle
from keras_asd.scorers import NearestNeighbors
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import SCORER_NAMES
from pipelines.methods.fitted_scorers import SCORERS
from pipelines.methods.fitted_scorers import choose_scorers
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.fitted_scorers import make_scorer
from pipelines.methods.fitted_scorers import with_scorer
from pipelines.settings.config import Config

GROUPS = {"fan": (0, 1), "fan/id_00": (0,), "fan/id_02": (1,)}
GENERAL_NAMES = ("centre_angle", *SCORERS)
ALL = {"centre_angle", "centre_angle_published", *SCORERS}
every_scorer = pytest.mark.parametrize("name", GENERAL_NAMES)


def draw_normals(num_clips=30):
    generator = np.random.default_rng(0)
    rows = np.arange(num_clips)
    keys = np.where(rows % 3 == 0, "fan/id_02", "fan/id_00")
    vectors = generator.normal(size=(num_clips, 4)) + (rows % 3 == 0)[:, None]
    return Embeddings(vectors.astype("float32"), keys, rows % 7 == 0, rows)


def test_the_settings_name_the_scorers_there_are():
    annotation = typing.get_type_hints(Config)["scorer"]
    assert set(typing.get_args(annotation)) == set(SCORER_NAMES)


@every_scorer
def test_every_scorer_is_made_and_fitted_by_its_name(name):
    normals = draw_normals()
    scorer = fit_scorer(Config(scorer=name), normals, GROUPS)
    if name == "centre_angle":
        assert isinstance(scorer, CentreAngle)
        return
    scores = np.array(scorer(normals.vectors))
    assert scores.shape == (30, 2)
    assert np.isfinite(scores).all()
    far = np.array(scorer(np.full((1, 4), [9.0, -9.0, 9.0, -9.0], "float32")))
    assert (far > np.median(scores, axis=0)).all()


def test_a_group_is_fitted_on_its_own_clips():
    normals = draw_normals()
    config = Config(scorer="nearest_neighbors", space="raw")
    scorer = fit_scorer(config, normals, GROUPS)
    scores = np.array(scorer(normals.vectors))
    for key, group in (("fan/id_00", 0), ("fan/id_02", 1)):
        own = normals.keys == key
        np.testing.assert_allclose(scores[own, group], 0, atol=1e-3)
        assert (scores[~own, group] > 1e-2).all()


@pytest.mark.parametrize("name", SCORERS)
@pytest.mark.parametrize("space", ["sphere", "standardized", "whitened", "raw"])
def test_a_scorer_measures_where_it_is_told(name, space):
    made = make_scorer(Config(scorer=name, space=space))
    assert getattr(made, "scorer", made).space == space


@pytest.mark.parametrize("name", SCORERS)
def test_its_own_space_is_the_one_that_the_class_has(name):
    made = make_scorer(Config(scorer=name, space="own"))
    made = getattr(made, "scorer", made)
    plain = type(made).from_config(
        {
            key: value
            for key, value in made.get_config().items()
            if key != "space"
        }
    )
    assert made.space == plain.space


def test_the_margin_and_the_scale_are_those_of_the_training():
    scorer = make_scorer(Config(margin=0.4, scale=20.0))
    assert (scorer.margin, scorer.scale) == (0.4, 20.0)


def test_two_names_mean_two_covariances():
    shared = make_scorer(Config(scorer="mahalanobis"))
    domains = make_scorer(Config(scorer="mahalanobis_of_domains"))
    assert (shared.covariance, domains.covariance) == ("shared", "domain")


def test_another_scorer_keeps_the_space_unless_told():
    config = Config(space="raw", epochs=7)
    changed = with_scorer(config, "centroids")
    assert changed == dataclasses.replace(config, scorer="centroids")
    assert with_scorer(config, "centroids", "own").space == "own"


def test_all_means_every_scorer_and_none_means_none():
    assert set(choose_scorers(["all"])) == ALL
    assert set(choose_scorers(["mahalanobis", "all"])) == ALL
    assert choose_scorers([]) == []
    assert choose_scorers(["centroids", "centre_angle"]) == [
        "centroids",
        "centre_angle",
    ]


def test_an_unknown_scorer_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="centroids.*scorer='magic'"):
        choose_scorers(["centroids", "magic"])


def test_a_minimum_over_domains_is_of_neighbours():
    made = make_scorer(Config(scorer="minimum_over_domains"))
    assert isinstance(made.scorer, NearestNeighbors)
