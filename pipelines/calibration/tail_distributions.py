"""Tail distributions of normal scores: gamma and generalised Pareto."""

import dataclasses
import warnings
from collections.abc import Callable

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike
from numpy.typing import NDArray

MIN_GAMMA_SCORES = 10
# Shapes of a gamma distribution to look for a better fit from.
STARTS = (4.0, 25.0)
# A shape beyond these is noise of a few clips: a near end of all scores, or a
# mean that hardly exists.
PARETO_SHAPES = (-0.25, 0.5)
# The end of a Pareto tail lies beyond its highest score, by a share of it.
PARETO_END = 1.05


@dataclasses.dataclass(frozen=True)
class Tail:
    """How scores above a start are distributed.

    Args:
        name: `"gamma"` or `"pareto"`.
        share_above: Function from scores to the shares of the tail above
            them.
        quantile: Inverse of it, from shares in `(0, 1]` to scores.
        fit_p_value: P-value of a Kolmogorov-Smirnov test of the scores
            against the tail; small where it does not fit.

    >>> tail = fit_tail(np.random.default_rng(0).exponential(size=1000), 100)
    >>> bool(5.5 < tail.quantile(np.array([0.01]))[0] < 8.5)
    True
    """

    name: str
    share_above: Callable[[ArrayLike], NDArray[np.float64]]
    quantile: Callable[[ArrayLike], NDArray[np.float64]]
    fit_p_value: float


def fit_gamma(scores: ArrayLike):
    """The gamma distribution of scores, as DCASE's baselines fit it.

    Shape, location and scale are of maximum likelihood. The scores are first
    shifted to mean 0 and scaled to deviation 1, and put back: on scores near
    a constant, such as negative cosines, the plain fit runs away. It is also
    tried from other starts than SciPy's own, which ends far below the largest
    likelihood where a few normal clips score very high (in 9 of 54 trials on
    real clips, with thresholds that up to 99 % of fresh ones exceeded).

    Args:
        scores: Finite scores of normal clips, `(clips,)`, at least ten, not
            all equal.

    Returns:
        Frozen distribution of SciPy.

    Raises:
        ValueError: For other scores.

    >>> scores = np.random.default_rng(0).gamma(5.0, 2.0, size=2000)
    >>> round(float(fit_gamma(scores).mean()))
    10
    """
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 1 or scores.size < MIN_GAMMA_SCORES:
        raise ValueError(
            f"`normal_scores` must be a row of at least {MIN_GAMMA_SCORES} "
            f"scores. Received: normal_scores of shape {scores.shape}. Take "
            "the training clips of both domains together."
        )
    if not np.all(np.isfinite(scores)):
        raise ValueError(
            "`normal_scores` must be finite. Received: "
            f"{np.sum(~np.isfinite(scores))} of {scores.size} that are NaN "
            "or infinite."
        )
    mean, deviation = float(scores.mean()), float(scores.std())
    if deviation <= 1e-12 * float(np.max(np.abs(scores))):
        raise ValueError(
            "`normal_scores` must not all be equal. Received: "
            f"{scores.size} times {mean}. Were the clips used as their own "
            "references? Score clips that were held out."
        )
    shape, location, scale = _fit_standardized((scores - mean) / deviation)
    return scipy.stats.gamma(
        shape, mean + deviation * location, deviation * scale
    )


def _fit_standardized(scores: NDArray[np.float64]) -> tuple[float, ...]:
    """Shape, location and scale of the largest likelihood that is found.

    SciPy's own start is kept unless another gets clearly higher.
    """
    low, middle, high = np.quantile(scores, (0.25, 0.5, 0.75))
    starts: list[tuple[float, ...]] = [()]
    for shape in STARTS if high > low else ():
        scale = (high - low) / (1.35 * np.sqrt(shape))
        starts.append((shape, middle - shape * scale, scale))
    best, likelihood = None, -np.inf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        for start in starts:
            named = dict(zip(("loc", "scale"), start[1:], strict=False))
            try:
                found = scipy.stats.gamma.fit(scores, *start[:1], **named)
            except scipy.stats.FitError:
                continue
            reached = float(scipy.stats.gamma.logpdf(scores, *found).sum())
            if best is None or reached > likelihood + 0.1:
                best, likelihood = found, reached
    if best is None:
        raise ValueError(
            "`normal_scores` must be such that a gamma distribution can be "
            f"fitted. Received: {len(scores)} scores for which SciPy finds "
            "none. Use `empirical` calibration."
        )
    return best


def fit_tail(scores: ArrayLike, num_above: int) -> Tail:
    """Fits the tail of the highest scores by the better distribution.

    A gamma distribution of all scores, cut off at the start, is held against
    a generalised Pareto distribution of the scores above it, whose two
    parameters, fitted there, are charged by Akaike's criterion.

    Args:
        scores: Finite scores `(clips,)`, not all equal.
        num_above: Number of the highest scores that the tail is fitted on.

    >>> scores = np.random.default_rng(0).gamma(3.0, size=1000)
    >>> fit_tail(scores, 100).name
    'gamma'

    Reference: Pickands, https://doi.org/10.1214/aos/1176343003, for the
    Pareto tail; Akaike, https://doi.org/10.1109/TAC.1974.1100705
    """
    ordered = np.sort(np.asarray(scores, "float64"))
    start, above = float(ordered[-num_above - 1]), ordered[-num_above:]
    excess = above - start
    pareto = scipy.stats.genpareto(*fit_pareto(excess))
    likelihood = float(pareto.logpdf(excess).sum()) - 2.0
    gamma, reached = _fit_whole(ordered, start)
    if gamma is not None:
        of_gamma = gamma.logpdf(above).sum() - num_above * np.log(reached)
        if of_gamma >= likelihood:
            return _make_tail(
                "gamma",
                lambda scores: gamma.sf(scores) / reached,
                lambda shares: gamma.isf(reached * np.asarray(shares)),
                above,
            )
    return _make_tail(
        "pareto",
        lambda scores: pareto.sf(np.asarray(scores) - start),
        lambda shares: start + pareto.isf(shares),
        above,
    )


def _fit_whole(ordered: NDArray[np.float64], start: float):
    """A gamma distribution of all scores, and its share above the start."""
    try:
        gamma = fit_gamma(ordered)
    except ValueError:
        return None, 0.0
    reached = float(gamma.sf(start))
    return (gamma, reached) if reached > 1e-6 else (None, 0.0)


def _make_tail(name, share_above, quantile, above) -> Tail:
    test = scipy.stats.kstest(above, lambda score: 1.0 - share_above(score))
    return Tail(name, share_above, quantile, float(test.pvalue))


def fit_pareto(excess: NDArray[np.float64]) -> tuple[float, float, float]:
    """Fits shape, location 0 and scale of a generalised Pareto distribution.

    By probability-weighted moments, which stay stable on a dozen scores where
    the likelihood has no maximum. The shape is kept within `PARETO_SHAPES`.

    Args:
        excess: Scores less the start of the tail, `(scores,)`.

    >>> shape, _, scale = fit_pareto(np.arange(0.5, 100.0))
    >>> shape, round(scale)
    (-0.25, 62)

    Reference: Hosking & Wallis, https://doi.org/10.2307/1269343
    """
    ordered = np.sort(excess)
    size = len(ordered)
    mean = float(ordered.mean())
    # Weighted by the share of scores that are higher.
    higher = (size - np.arange(1, size + 1) + 0.35) / size
    weighted = float((ordered * higher).mean())
    shape = 2.0 - mean / max(mean - 2.0 * weighted, 1e-300)
    shape = float(np.clip(shape, *PARETO_SHAPES))
    # With the shape given, the scale that keeps the mean.
    scale = max(mean * (1.0 - shape), 1e-300)
    scale = max(scale, -shape * float(ordered[-1]) * PARETO_END)
    return shape, 0.0, scale
