"""Sum of scorers of several views, in one currency."""

import keras
import numpy as np
from keras import ops

from keras_asd.scorers.score_sum import ScoreSum

# The tail of normal scores that sets the currency: the uppermost fifth.
TAIL_SHARE = 0.2


@keras.saving.register_keras_serializable(package="keras_asd")
class ViewSum(ScoreSum):
    """The mean of some scorers, and what others have beyond the usual.

    `fit` leaves clips out in turn; see `ScoreSum`. The left-out scores, less
    the mean and over the deviation of their group, bring all scorers to one
    currency: the uppermost fifth of them, over all groups, is taken for an
    exponential tail, and a score `s` becomes `-ln` of the share of normal
    clips that score higher, `ln 5 + (s - a) / b` with the 80th percentile `a`
    and the mean excess `b` over it.

    The first `num_whole` scorers enter by their mean. The others hear one kind
    of fault each and little but noise of anything else, so they add only what
    exceeds a threshold, and normal clips hardly feel them.

    Args:
        scorers: Scorers of embeddings, such as `LocalDensity`.
        dims: Length of each scorer's part of the embedding, in order.
        num_whole: Integer, how many of them count as a whole, at least 1.
        threshold: Float, `-ln` of a share of normal clips; the defaults 2 and
            1/2 were chosen on faults injected into two machines' recordings
            and on made-up machines.
        weight: Float, weight of what exceeds it.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Input shape: embeddings `(batch, embedding_dim)`, parts in a row.
    Output shape: `(batch, num_groups)`; larger is stranger. A group without
    a clip scores NaN, and so does an embedding that is not finite.

    Raises:
        ValueError: As `ScoreSum`, and for no scorer that counts as a whole.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> parts = [NearestNeighbors(space="raw") for _ in range(2)]
    >>> clips = np.random.default_rng(0).normal(size=(40, 3))
    >>> scorer = ViewSum(parts, dims=[2, 1], num_whole=1).fit(clips)
    >>> scores = scorer(ops.array([[0.0, 0, 0], [0, 0, 2], [0, 0, 99]]))[:, 0]
    >>> bool(scores[0] == scores[1] < scores[2])
    True
    """

    settings = (*ScoreSum.settings, "num_whole", "threshold", "weight")

    def __init__(
        self,
        scorers,
        dims,
        num_whole,
        threshold=2.0,
        weight=0.5,
        num_groups=None,
        **kwargs,
    ):
        super().__init__(scorers, dims, num_groups, **kwargs)
        if not 1 <= num_whole <= len(self.scorers):
            raise ValueError(
                "`num_whole` must be at least 1 and at most the number of "
                f"scorers. Received: num_whole={num_whole} for "
                f"{len(self.scorers)} scorers."
            )
        self.num_whole = num_whole
        self.threshold = threshold
        self.weight = weight

    def build(self, input_shape):
        super().build(input_shape)
        for name in ("tail_start", "tail_rate"):
            weight = self.add_weight(
                shape=(len(self.scorers),),
                initializer="zeros",
                trainable=False,
                name=name,
            )
            setattr(self, name, weight)

    def _set_currency(self, scores, owners):
        super()._set_currency(scores, owners)
        location = ops.convert_to_numpy(self.location)[:, owners]
        factor = ops.convert_to_numpy(self.factor)[:, owners]
        standardized = (scores - location) * factor
        tails = [_fit_tail(row[np.isfinite(row)]) for row in standardized]
        starts, rates = np.transpose(tails)
        self.tail_start.assign(starts)
        self.tail_rate.assign(rates)

    def call(self, embedding):
        total = 0.0
        for index, scores in enumerate(self._standardized(embedding)):
            nats = (scores - self.tail_start[index]) * self.tail_rate[index]
            nats = nats - float(np.log(TAIL_SHARE))
            if index < self.num_whole:
                total += nats / self.num_whole
            else:
                total += self.weight * ops.relu(nats - self.threshold)
        return total


def _fit_tail(scores) -> tuple[float, float]:
    """Start of the uppermost fifth, and one over the mean excess over it."""
    if not len(scores):
        return 0.0, 1.0
    start = np.quantile(scores, 1 - TAIL_SHARE)
    excess = scores[scores > start] - start
    return start, 1.0 / max(excess.mean(), 1e-3) if len(excess) else 1.0
