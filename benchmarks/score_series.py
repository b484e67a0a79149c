"""Dependence of neighbouring anomaly scores: measured, fitted, made up."""

import dataclasses

import numpy as np
import scipy.optimize
import scipy.signal
import scipy.stats

NUM_BANK = 300
LAGS = (1, 2, 3, 5, 10, 20, 35, 50, 75, 100, 150, 200)


@dataclasses.dataclass(frozen=True)
class Dependence:
    """A score as a slow part, which neighbours share, and one of its own.

    Brought to a normal distribution, a score is the sum of a slow part, whose
    correlation falls exponentially with the time between, and of noise. The
    scores themselves are log-normal.

    Args:
        slow_share: Share of the variance that is slow, 0 to 1.
        slow_windows: Windows over which its correlation falls to 1 / e.
        log_mean: Mean of the logarithm of the scores.
        log_deviation: Its standard deviation.
    """

    slow_share: float
    slow_windows: float
    log_mean: float = 0.0
    log_deviation: float = 1.0

    def correlation(self, lag: np.ndarray) -> np.ndarray:
        """Correlation of windows so many windows apart."""
        return self.slow_share * np.exp(-lag / self.slow_windows)

    def draw(
        self, generator: np.random.Generator, num_windows: int
    ) -> np.ndarray:
        """Draws a series of scores, `(windows,)`."""
        keeps = np.exp(-1.0 / self.slow_windows)
        noise = generator.standard_normal((2, num_windows))
        # It begins as it goes on.
        first = [keeps * generator.standard_normal()]
        slow, _ = scipy.signal.lfilter(
            [np.sqrt(1 - keeps**2)], [1.0, -keeps], noise[0], zi=first
        )
        normal = (
            np.sqrt(self.slow_share) * slow
            + np.sqrt(1 - self.slow_share) * noise[1]
        )
        return np.exp(self.log_mean + self.log_deviation * normal)


def nearest_scores(features: np.ndarray) -> np.ndarray:
    """Distance of each clip to the nearest of the first 300.

    Args:
        features: Features of normal clips in order of time, `(clips, n)`.

    Returns:
        `(clips - 300,)`.
    """
    bank = features[:NUM_BANK].astype("float64")
    mean, deviation = bank.mean(0), bank.std(0) + 1e-6
    bank = (bank - mean) / deviation
    rest = (features[NUM_BANK:] - mean) / deviation
    squares = (rest**2).sum(1)[:, None] + (bank**2).sum(1) - 2.0 * rest @ bank.T
    return np.sqrt(np.maximum(squares.min(1), 0.0))


def correlations(scores: np.ndarray) -> np.ndarray:
    """Correlations at `LAGS`, of scores brought to a normal distribution."""
    ranks = scipy.stats.rankdata(scores)
    normal = scipy.stats.norm.ppf((ranks - 0.5) / len(ranks))
    power = np.mean(normal**2)
    return np.array([np.mean(normal[lag:] * normal[:-lag]) for lag in LAGS]) / (
        power
    )


def fit_dependence(scores: np.ndarray) -> Dependence:
    """Fits the slow part to the correlations, by least squares.

    Args:
        scores: Anomaly scores in order of time, `(windows,)`.
    """
    measured, lags = correlations(scores), np.array(LAGS, "float64")
    (share, windows), _ = scipy.optimize.curve_fit(
        lambda lag, share, windows: share * np.exp(-lag / windows),
        lags,
        measured,
        p0=(0.3, 100.0),
        bounds=((0.0, 5.0), (0.99, 2000.0)),
    )
    logs = np.log(np.maximum(scores, 1e-12))
    return Dependence(
        float(share), float(windows), float(logs.mean()), float(logs.std())
    )
