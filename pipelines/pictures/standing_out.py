"""Standing out: which levels normal clips of a machine hardly ever reach.

A band may be unusual all the time, for a moment, or missing for one. Each is
judged by the strongest band of every normal clip, compared with the others:
the limits are what 95 % of normal clips stay below, over all bands and
summaries.
"""

import dataclasses

import numpy as np

# Share of normal clips in which something may stand out, and the standard
# deviations that it takes at least.
FALSE_RATE, LEAST_STRENGTH = 0.05, 3.0
# Smaller strengths are not told apart; their logarithms vary by so much.
SMALLEST_STRENGTH, LEAST_LOG_DEVIATION = 2.5, 0.1
# A difference counts from so many dB on.
LEAST_EXCESS_DB = 2.0
LEAST_DEVIATION_DB, LEAST_LOUDNESS_DB = 0.5, 0.25
# How far a clip may be louder or quieter as a whole, in standard deviations of
# normal clips, for it to count as usual.
USUAL_LOUDNESS = 2.0
# What is quieter than usual is named where nothing louder stands out by more
# than this share of it: faults add more often than they take away.
QUIET_WEIGHT = 0.5
# Numbers of clips that are judged as a group, and random groups of each.
GROUP_SIZES, NUM_GROUPS = (2, 3, 4, 6, 8, 12, 16, 24), 200


@dataclasses.dataclass(frozen=True)
class UsualLevels:
    """Summaries of normal clips: their mean and how far clips differ from it.

    Args:
        mean: Mean over clips of each of `SUMMARIES` in dB, `(4, bands)`.
        deviation: Standard deviation of a further clip in dB, without what its
            loudness explains, at least 0.5 dB, `(4, bands)`.
        loudness_deviation: Standard deviation of the clips' loudness in dB.

    >>> usual_levels(np.zeros((5, 4, 64))).deviation.max()
    0.5
    """

    mean: np.ndarray
    deviation: np.ndarray
    loudness_deviation: float

    def compare(self, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Differences of summaries in dB, and the loudness taken off them.

        A clip that is louder or quieter in all bands, as normal clips are, is
        not unusual in any of them.

        Args:
            levels: Summaries of clips, `(..., 4, bands)`.

        Returns:
            Differences `(..., 4, bands)`, and the loudness `(...)` in dB that
            was taken off the first summary.
        """
        excess = levels - self.mean
        most = USUAL_LOUDNESS * self.loudness_deviation
        loudness = np.clip(np.median(excess[..., 0, :], axis=-1), -most, most)
        excess[..., 0, :] -= loudness[..., None]
        return excess, loudness


def usual_levels(levels: np.ndarray) -> UsualLevels:
    """Measures the summaries of normal clips.

    Args:
        levels: Summaries of two or more clips, `(clips, 4, bands)`.

    >>> levels = np.zeros((5, 4, 64)) + np.arange(5.0)[:, None, None]
    >>> usual_levels(levels).mean[0, 0].item()
    2.0
    """
    number = len(levels)
    mean = levels.mean(0)
    loudness = np.median((levels - mean)[:, 0], axis=-1).std()
    usual = UsualLevels(mean, mean, max(float(loudness), LEAST_LOUDNESS_DB))
    excess, _ = usual.compare(levels)
    # That of a further clip from the mean of so many.
    wider = (number + 1) / (number - 1)
    deviation = np.sqrt((excess**2).mean(0) * wider)
    deviation = np.maximum(deviation, LEAST_DEVIATION_DB)
    return dataclasses.replace(usual, deviation=deviation)


def strengths(excess: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Standard deviations by which summaries stand out, `(..., 4, bands)`.

    They are below 0 where the clip is quieter. The loudest moments count where
    they are louder than the band usually is, the quietest where they are
    quieter, and what lasts either way.

    Args:
        excess: Summaries less the usual ones in dB.
        deviation: Standard deviations in dB.

    >>> strengths(np.full((4, 1), 4.0), np.ones((4, 1))).ravel().tolist()
    [4.0, 4.0, 4.0, 0.0]
    """
    found = np.where(np.abs(excess) >= LEAST_EXCESS_DB, excess / deviation, 0.0)
    for index, sign in ((1, 1.0), (2, 1.0), (3, -1.0)):
        moment = sign * (excess[..., 0, :] + excess[..., index, :])
        is_in = (moment >= LEAST_EXCESS_DB) & (sign * found[..., index, :] > 0)
        found[..., index, :] *= is_in
    return found


def strongest(relative: np.ndarray) -> tuple[int, int]:
    """Summary and band that stand out most, of those that do.

    Args:
        relative: Strengths in shares of their limits, `(4, bands)`.

    >>> strongest(np.array([[0.5, 1.2], [0.0, -1.5]]))
    (0, 1)
    """
    weighted = np.where(relative < 0, -QUIET_WEIGHT * relative, relative)
    if np.abs(relative).max() > 1:
        weighted = np.where(np.abs(relative) > 1, weighted, 0.0)
    summary, band = np.unravel_index(weighted.argmax(), weighted.shape)
    return int(summary), int(band)


def normal_limits(levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the strongest bands of normal clips stay below, and of groups.

    Every clip is compared with the others. A summary that varies much has a
    high limit, which the others do not have.

    Args:
        levels: Summaries of three or more normal clips, `(clips, 4, bands)`.

    Returns:
        Standard deviations for each of `SUMMARIES`, `(4,)`; and for each of
        `GROUP_SIZES` the limit of `group_strengths`.

    >>> rng = np.random.default_rng(0)
    >>> limits, of_groups = normal_limits(rng.normal(0.0, 3.0, (40, 4, 64)))
    >>> bool(limits.max() < 5), bool((np.diff(of_groups) < 0).all())
    (True, True)
    """
    number = len(levels)
    found = []
    for index in range(number):
        usual = usual_levels(np.delete(levels, index, axis=0))
        excess, _ = usual.compare(levels[index])
        found.append(strengths(excess, usual.deviation))
    limits = _limits(np.abs(found).max(-1))
    relative = _relative(np.stack(found), limits)
    rng = np.random.default_rng(0)
    of_groups = []
    for size in GROUP_SIZES:
        groups = rng.integers(number, size=(NUM_GROUPS, size))
        means = np.stack([relative[group].mean(0) for group in groups])
        # The usual levels are the same for all clips of a group.
        wider = np.sqrt(1 + size / number)
        of_groups.append(wider * _most(np.abs(means).max((-1, -2))))
    return limits, np.array(of_groups)


def group_strengths(found: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Mean strength of clips in shares of the limits, -1 to 1, `(4, bands)`.

    No clip counts for more than one at the limit.

    Args:
        found: Strengths of the clips, `(clips, 4, bands)`.
        limits: Limits of `normal_limits`, `(4,)`.

    >>> group_strengths(np.full((2, 4, 1), 3.0), np.full(4, 6.0)).ravel()
    array([0.5, 0.5, 0.5, 0.5])
    """
    return _relative(found, limits).mean(0)


def group_limit(of_groups: np.ndarray, size: int) -> float:
    """Limit of a group's strongest band; that of a smaller one if need be.

    Args:
        of_groups: Limits by `GROUP_SIZES`.
        size: Number of clips, two or more.

    >>> group_limit(np.arange(8.0), 5)
    2.0
    """
    index = int(np.searchsorted(GROUP_SIZES, size, side="right")) - 1
    return float(of_groups[index])


def _limits(highest: np.ndarray) -> np.ndarray:
    """Limits of summaries, from the strongest band of each normal clip.

    Strengths are log-normal, of each summary with its own mean and deviation,
    which all clips settle; the clips' highest of all summaries settles how
    many deviations from the mean the limits are. Were each limit settled by
    the highest clips of its summary, more than the wanted share of new clips
    would exceed one of them.
    """
    logs = np.log(np.maximum(highest, SMALLEST_STRENGTH))
    mean = logs.mean(0)
    deviation = np.maximum(logs.std(0, ddof=1), LEAST_LOG_DEVIATION)
    place = _most(((logs - mean) / deviation).max(-1))
    return np.maximum(np.exp(mean + place * deviation), LEAST_STRENGTH)


def _relative(found: np.ndarray, limits: np.ndarray) -> np.ndarray:
    return np.clip(found / limits[:, None], -1.0, 1.0)


def _most(values: np.ndarray) -> np.ndarray:
    """What a further value stays below with the wanted probability.

    Of fewer than 19 values it is the largest, which one in `number + 1`
    exceeds.
    """
    number = len(values)
    place = min(int(np.ceil((1 - FALSE_RATE) * (number + 1))), number) - 1
    return np.sort(values, axis=0)[place]
