import numpy as np
import pytest

from keras_asd.scorers import LocalDensity
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips
from tests.slow_spaces import by_hand
from tests.slow_spaces import slow_distance


def slow_score(space, count):
    def score(row, clips, _):
        if len(clips) == 1:
            return slow_distance(space, row, clips[0])
        ratios = []
        for index, clip in enumerate(clips):
            others = np.delete(clips, index, axis=0)
            spacing = sorted(slow_distance(space, clip, y) for y in others)
            spacing = np.mean(spacing[:count])
            ratios.append(slow_distance(space, row, clip) / spacing)
        return min(ratios)

    return score


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("count", [1, 4, 16])
def test_it_is_the_least_distance_over_spacing(space, count):
    embeddings, groups, is_target = draw_clips([(20, 5), (0, 4), (3, 1)])
    rows = draw_clips([(6, 6)])[0]
    scorer = LocalDensity(count, space=space)
    actual = np.array(scorer.fit(embeddings, groups, is_target)(rows))
    expected = by_hand(
        space, embeddings, groups, rows, slow_score(space, count)
    )
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("space", ["sphere", "raw"])
def test_a_single_clip_gives_the_plain_distance(space):
    rows = draw_clips([(3, 3)])[0]
    scorer = LocalDensity(space=space).fit(rows[:1])
    expected = by_hand(
        space, rows[:1], np.zeros(1, int), rows[1:], slow_score(space, 1)
    )
    np.testing.assert_allclose(np.array(scorer(rows[1:])), expected, rtol=1e-4)


def test_near_copies_do_not_blow_the_scores_up():
    clips = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
    copies = np.nextafter(clips[:3], np.float32(np.inf))
    rows = np.random.default_rng(1).normal(size=(30, 4))
    scorer = LocalDensity(1, space="raw")
    scores = np.array(scorer.fit(np.concatenate([clips, copies]))(rows))
    assert np.isfinite(scores).all()
    # Nobody takes a copy for its neighbour but who lies on it.
    plain = np.array(LocalDensity(1, space="raw").fit(clips[3:])(rows))
    assert np.median(np.abs(scores / plain - 1)) < 0.3


def test_the_spacing_is_that_of_all_clips_when_few_are_kept():
    clips = draw_clips([(100, 0)])[0]
    full = LocalDensity(4, space="standardized").fit(clips)
    few = LocalDensity(4, space="standardized", max_references=10).fit(clips)
    kept = np.array(few.references[0]) + np.array(few.origin[0])
    all_of_them = np.array(full.references[0]) + np.array(full.origin[0])
    for row, spacing in zip(kept, np.array(few.spacing[0]), strict=True):
        same = np.argmin(np.linalg.norm(all_of_them - row, axis=1))
        assert spacing == pytest.approx(float(full.spacing[0, same]), rel=1e-5)


def test_it_is_fair_to_a_sparse_domain():
    generator = np.random.default_rng(0)
    source = generator.normal(size=(200, 3)) * 0.1
    target = generator.normal(size=(20, 3)) + 20.0
    clips = np.concatenate([source, target])
    scorer = LocalDensity(4, space="raw").fit(clips)
    rows = np.concatenate(
        [
            generator.normal(size=(50, 3)) * 0.1,
            generator.normal(size=(50, 3)) + 20.0,
        ]
    )
    scores = np.array(scorer(rows))[:, 0]
    assert 0.4 < np.median(scores[:50]) / np.median(scores[50:]) < 2.5


def test_its_defaults_are_the_recommended_scorer():
    config = LocalDensity().get_config()
    assert (config["num_neighbors"], config["space"]) == (16, "whitened")
