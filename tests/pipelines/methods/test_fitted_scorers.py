import numpy as np
import pytest

from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.scorer_choice import list_scorers
from pipelines.settings.scorers import NearestNeighbors

GROUPS = {"fan": (0, 1), "fan/id_00": (0,), "fan/id_02": (1,)}
SCORERS = {label(scorer): scorer for scorer in list_scorers(Config())}


def draw_normals(num_clips=30):
    generator = np.random.default_rng(0)
    rows = np.arange(num_clips)
    keys = np.where(rows % 3 == 0, "fan/id_02", "fan/id_00")
    vectors = generator.normal(size=(num_clips, 4)) + (rows % 3 == 0)[:, None]
    return Embeddings(vectors.astype("float32"), keys, rows % 7 == 0, rows)


@pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS)
def test_every_scorer_is_fitted(scorer):
    normals = draw_normals()
    fitted = fit_scorer(Config(scorer=scorer), normals, GROUPS)
    if scorer.reads_head:
        assert not scorer.is_fitted
        return
    scores = np.array(fitted(normals.vectors))
    assert scores.shape == (30, 2)
    assert np.isfinite(scores).all()
    far = np.array(fitted(np.full((1, 4), [9.0, -9.0, 9.0, -9.0], "float32")))
    assert (far > np.median(scores, axis=0)).all()


def test_a_group_is_fitted_on_its_own_clips():
    normals = draw_normals()
    config = Config(scorer=NearestNeighbors(space="raw"))
    scorer = fit_scorer(config, normals, GROUPS)
    scores = np.array(scorer(normals.vectors))
    for key, group in (("fan/id_00", 0), ("fan/id_02", 1)):
        own = normals.keys == key
        np.testing.assert_allclose(scores[own, group], 0, atol=1e-3)
        assert (scores[~own, group] > 1e-2).all()
