import numpy as np
import pytest

from keras_asd.scorers import HeadScore
from keras_asd.scorers import JoinedScorer
from keras_asd.scorers import LogOdds
from tests.harness import assert_close
from tests.scorer_cases import MAKERS
from tests.scorer_cases import draw_clips


@pytest.mark.parametrize("name", MAKERS)
def test_it_equals_scorers_fitted_apart(name):
    embeddings, groups, is_target = draw_clips([(9, 4), (7, 5), (8, 4)], dim=7)
    parts = (groups > 0).astype(int)
    own_groups = groups - parts
    dims = [3, 4]
    joined = JoinedScorer([MAKERS[name]("raw") for _ in dims], dims)
    joined.fit(embeddings, parts, own_groups, is_target)
    assert joined.num_groups == 3
    expected = []
    for place, own in enumerate((slice(0, 3), slice(3, 7))):
        chosen = parts == place
        alone = MAKERS[name]("raw").fit(
            embeddings[chosen][:, own], own_groups[chosen], is_target[chosen]
        )
        expected.append(np.array(alone(embeddings[:, own])))
    assert_close(joined(embeddings), np.concatenate(expected, axis=1))


def test_a_scorer_sees_neither_other_parts_nor_other_clips():
    embeddings, groups, _ = draw_clips([(9, 0), (7, 0)], dim=6)
    moved = embeddings.copy()
    moved[groups == 0, 3:] += 50.0
    moved[groups == 1] *= 2.0
    columns = []
    for rows in (embeddings, moved):
        joined = JoinedScorer(
            [MAKERS["Centroids"]("raw") for _ in "ab"], [3] * 2
        )
        joined.fit(rows, groups, np.zeros_like(groups))
        columns.append(np.array(joined(embeddings))[:, 0])
    np.testing.assert_array_equal(*columns)


def test_scorers_of_heads_take_the_classes_of_their_own():
    logits = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    joined = JoinedScorer([LogOdds(), LogOdds()], dims=[2, 3])
    assert joined.reads == "head"
    expected = [
        np.array(LogOdds()(logits[:, own]))
        for own in (slice(0, 2), slice(2, 5))
    ]
    assert_close(joined(logits), np.concatenate(expected, axis=1))


@pytest.mark.parametrize(
    ("scorers", "dims", "said"),
    [
        ([HeadScore()], [1, 1], "1 scorers that read head"),
        ([HeadScore(), MAKERS["Centroids"]("raw")], [1, 1], "embedding, head"),
        ([], [], "0 scorers that read nothing"),
    ],
)
def test_scorers_that_do_not_go_together_are_refused(scorers, dims, said):
    with pytest.raises(ValueError, match=said):
        JoinedScorer(scorers, dims)
