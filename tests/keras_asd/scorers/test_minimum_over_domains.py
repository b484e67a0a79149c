import numpy as np
import pytest

from keras_asd.scorers import CentreAngle
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import MinimumOverDomains
from keras_asd.scorers import NearestNeighbors
from tests.scorer_cases import draw_clips


@pytest.mark.parametrize("space", ["sphere", "raw"])
def test_it_is_the_lesser_of_two_scorers(space):
    embeddings, groups, is_target = draw_clips([(9, 4), (5, 0), (0, 6)])
    rows = draw_clips([(6, 6)])[0]
    scorer = MinimumOverDomains(LocalDensity(2, space=space))
    actual = np.array(scorer.fit(embeddings, groups, is_target)(rows))
    for group, domains in enumerate([(False, True), (False,), (True,)]):
        parts = [
            np.array(
                LocalDensity(2, space=space).fit(
                    embeddings[(groups == group) & (is_target == domain)]
                )(rows)
            )
            for domain in domains
        ]
        np.testing.assert_allclose(
            actual[:, group], np.min(parts, axis=0)[:, 0], rtol=1e-4, atol=1e-5
        )


def test_the_space_is_that_of_both_domains():
    clips = draw_clips([(9, 4)])
    rows = draw_clips([(6, 6)])[0]
    both = NearestNeighbors(space="whitened").fit(*clips)
    apart = MinimumOverDomains(NearestNeighbors(space="whitened")).fit(*clips)
    np.testing.assert_allclose(
        np.array(apart(rows)), np.array(both(rows)), rtol=1e-4, atol=1e-5
    )


def test_each_domain_may_have_its_own_scorer():
    clips = draw_clips([(9, 4)])
    scorer = MinimumOverDomains(
        LocalDensity(4, space="raw"), NearestNeighbors(space="raw")
    ).fit(*clips)
    source = LocalDensity(4, space="raw").fit(clips[0][~clips[2]])
    target = NearestNeighbors(space="raw").fit(clips[0][clips[2]])
    rows = clips[0] + 0.1
    expected = np.minimum(np.array(source(rows)), np.array(target(rows)))
    np.testing.assert_allclose(np.array(scorer(rows)), expected, rtol=1e-4)


def test_what_is_no_scorer_of_embeddings_is_refused():
    with pytest.raises(ValueError, match="`scorer` must be a scorer of embed"):
        MinimumOverDomains(CentreAngle())
    with pytest.raises(ValueError, match="must share one space"):
        MinimumOverDomains(NearestNeighbors(), LocalDensity())
