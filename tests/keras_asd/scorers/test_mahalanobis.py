import numpy as np
import pytest
from sklearn.covariance import LedoitWolf

from keras_asd.scorers import Mahalanobis
from tests.scorer_cases import SPACES
from tests.scorer_cases import draw_clips
from tests.slow_spaces import by_hand


def slow_mahalanobis(covariance, is_target):
    def score(row, clips, members):
        domains = [clips[is_target[members] == flag] for flag in (False, True)]
        domains = [rows for rows in domains if len(rows)]
        residuals = np.concatenate([z - z.mean(axis=0) for z in domains])
        shared = LedoitWolf(assume_centered=True).fit(residuals).covariance_
        distances = []
        for domain in domains:
            own = shared
            if covariance == "domain" and len(domain) > 2:
                own = LedoitWolf().fit(domain).covariance_
            difference = row - domain.mean(axis=0)
            square = difference @ np.linalg.inv(own) @ difference
            distances.append(np.sqrt(square))
        return min(distances)

    return score


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("covariance", ["shared", "domain"])
def test_it_is_the_least_distance_to_the_domains(space, covariance):
    embeddings, groups, is_target = draw_clips([(20, 9), (7, 0), (30, 2)])
    rows = draw_clips([(6, 6)])[0]
    scorer = Mahalanobis(covariance, space=space)
    actual = np.array(scorer.fit(embeddings, groups, is_target)(rows))
    score = slow_mahalanobis(covariance, is_target)
    expected = by_hand(space, embeddings, groups, rows, score)
    np.testing.assert_allclose(actual, expected, rtol=1e-3)


def test_a_domain_of_one_or_two_clips_takes_the_shared_covariance():
    for size in (1, 2):
        clips = draw_clips([(30, size)])
        rows = clips[0] + 0.5
        own = np.array(Mahalanobis("domain", "raw").fit(*clips)(rows))
        shared = np.array(Mahalanobis("shared", "raw").fit(*clips)(rows))
        near_target = np.array(clips[2])
        assert np.all(own[near_target] <= shared[near_target] + 1e-4)
        assert np.array(
            Mahalanobis("domain", "raw").fit(*clips).roots[0, 1]
        ) == pytest.approx(
            np.array(Mahalanobis("shared", "raw").fit(*clips).roots[0, 0])
        )


def test_two_clips_in_all_have_no_direction_that_counts_more():
    scorer = Mahalanobis(space="raw").fit([[1.0, 0.0], [-1.0, 0.0]])
    scores = np.array(scorer(np.array([[3.0, 0.0], [0.0, 3.0]])))
    assert scores[0] == pytest.approx(scores[1])


def test_an_unknown_covariance_is_refused():
    with pytest.raises(ValueError, match="'shared', 'domain'"):
        Mahalanobis("full")
