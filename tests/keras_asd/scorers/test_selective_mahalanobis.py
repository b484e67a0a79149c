import numpy as np
import pytest

from keras_asd.scorers import SelectiveMahalanobis
from tests.scorer_cases import draw_clips


def draw_embeddings(num_clips=6):
    generator = np.random.default_rng(0)
    return generator.uniform(1.0, 9.0, (num_clips, 7)).astype("float32")


@pytest.mark.parametrize("form, first", [("frames", 3), ("published", 5)])
def test_it_is_the_lesser_distance_for_every_group(form, first):
    embeddings = draw_embeddings()
    scorer = SelectiveMahalanobis(form=form).fit(
        embeddings, groups=[0, 0, 1, 1, 2, 2]
    )
    scores = np.array(scorer(embeddings))
    assert scores.shape == (6, 3)
    for embedding, row in zip(embeddings, scores, strict=True):
        expected = min(embedding[first], embedding[first + 1])
        np.testing.assert_array_equal(row, np.repeat(expected, 3))


def test_a_group_without_clips_and_a_broken_clip_score_nan():
    embeddings = draw_embeddings()
    scorer = SelectiveMahalanobis(num_groups=3)
    scorer = scorer.fit(embeddings, groups=[0, 0, 0, 2, 2, 2])
    embeddings[1, 0] = np.nan
    scores = np.array(scorer(embeddings))
    assert np.isnan(scores[:, 1]).all() and np.isnan(scores[1]).all()
    assert np.isfinite(scores[np.ix_([0, 2, 3, 4, 5], [0, 2])]).all()


def test_it_depends_on_no_clip_that_it_is_fitted_on():
    embeddings = draw_embeddings()
    scores = [
        np.array(SelectiveMahalanobis().fit(clips)(embeddings))
        for clips in (embeddings, draw_clips([(9, 2)], dim=7)[0])
    ]
    np.testing.assert_array_equal(*scores)


def test_what_has_no_distances_is_refused():
    with pytest.raises(ValueError, match="'frames', 'published'"):
        SelectiveMahalanobis(form="root")
    with pytest.raises(ValueError, match="embeddings of 3"):
        SelectiveMahalanobis(num_groups=1).build((None, 3))
    embeddings = draw_embeddings()
    embeddings[:, 3:] = 0.0
    with pytest.raises(ValueError, match="`fit_residuals`"):
        SelectiveMahalanobis().fit(embeddings)
    with pytest.raises(ValueError, match="must be fitted"):
        SelectiveMahalanobis()(embeddings)
