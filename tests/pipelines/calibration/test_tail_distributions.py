import numpy as np
import pytest
import scipy.stats

from pipelines.calibration.tail_distributions import fit_gamma
from pipelines.calibration.tail_distributions import fit_pareto
from pipelines.calibration.tail_distributions import fit_tail


def draw(distribution, size=2000, seed=0):
    generator = np.random.default_rng(seed)
    return distribution.rvs(size=size, random_state=generator)


@pytest.mark.parametrize("shape", [-0.2, 0.0, 0.3])
def test_the_parameters_of_a_pareto_distribution_are_found(shape):
    excess = draw(scipy.stats.genpareto(shape, 0.0, 2.0), 20_000)
    found, location, scale = fit_pareto(excess)
    assert found == pytest.approx(shape, abs=0.06)
    assert location == 0.0
    assert scale == pytest.approx(2.0, rel=0.06)


@pytest.mark.parametrize(
    "distribution",
    [
        scipy.stats.norm(-3.0, 1e-3),
        scipy.stats.gamma(2.0, 5.0, 100.0),
        scipy.stats.genpareto(0.2),
        scipy.stats.lognorm(1.0),
    ],
    ids=["normal", "gamma", "pareto", "lognormal"],
)
def test_a_tail_goes_on_as_its_distribution_does(distribution):
    ratios = []
    for seed in range(7):
        scores = draw(distribution, seed=seed)
        tail = fit_tail(scores, 200)
        # A tenth of the 200 highest of 2000: one in a hundred of all.
        (beyond,) = tail.quantile([0.1])
        ratios.append(distribution.sf(beyond) / 0.01)
    assert 0.6 < np.median(ratios) < 1.7


def test_quantiles_and_shares_are_inverse():
    shares = np.geomspace(1.0, 1e-4, 9)
    for distribution in (scipy.stats.gamma(2.0), scipy.stats.genpareto(0.4)):
        tail = fit_tail(draw(distribution), 200)
        np.testing.assert_allclose(
            tail.share_above(tail.quantile(shares)), shares, rtol=1e-6
        )


def test_the_distribution_that_fits_better_is_taken():
    assert fit_tail(draw(scipy.stats.gamma(4.0)), 200).name == "gamma"
    heavy = fit_tail(draw(scipy.stats.t(3.0)), 200)
    assert heavy.name == "pareto" and heavy.fit_p_value > 0.01


def test_a_tail_that_does_not_fit_says_so():
    scores = np.concatenate([draw(scipy.stats.norm), np.full(150, 50.0)])
    assert fit_tail(scores, 200).fit_p_value < 0.01


def test_no_normal_clip_lies_beyond_the_end_of_its_tail():
    scores = np.append(np.linspace(0.0, 1.0, 400), 1.2)
    tail = fit_tail(scores, 40)
    assert tail.share_above(1.2) > 0


def test_gamma_follows_shift_and_scale():
    scores = draw(scipy.stats.gamma(3.0), 500)
    wanted = fit_gamma(scores).isf(0.1)
    moved = fit_gamma(-7.0 + 1e-3 * scores).isf(0.1)
    assert moved == pytest.approx(-7.0 + 1e-3 * wanted, abs=1e-7)


def test_a_few_high_scores_do_not_lead_the_gamma_fit_astray():
    for seed in range(5):
        scores = draw(scipy.stats.gamma(6.0), 300, seed)
        scores[:2] = (40.0, 60.0)
        share = np.mean(scores > fit_gamma(scores).isf(0.1))
        assert 0.03 < share < 0.15
