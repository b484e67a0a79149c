"""Excess of the highest peaks over what normal clips reach."""

import keras
import numpy as np
from keras import ops

from keras_asd.scorers.scorer import Scorer
from keras_asd.scorers.training_clips import check_count


@keras.saving.register_keras_serializable(package="keras_asd")
class PeakExcess(Scorer):
    """How far the highest peaks rise over the ceiling of the normal clips.

    The ceiling of a dimension is the largest value of any normal clip there or
    in a neighbouring dimension: a line that wanders a little stays normal. The
    score is the mean of the largest excesses over it, negative where nothing
    reaches the ceiling. Meant for spectra in dB such as `EnvelopeLines`, in
    which a fault is a few lines among hundreds of dimensions.

    Args:
        num_peaks: Integer, how many of the largest excesses are averaged.
        reach: Integer, neighbours to either side that a ceiling looks at. The
            default is a third of an octave of `EnvelopeLines`, as a load
            changes the speed of a machine: with 4 instead of 12, false alarms
            of a rare domain doubled on made-up machines.
        num_rows: Integer, spectra that the dimensions hold in a row, equally
            long; neighbours are those of the same spectrum.
        space: String; see `Scorer`. Defaults to `"raw"`.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Raises:
        ValueError: For a bad count or space, or dimensions that are not so
            many spectra.

    >>> scorer = PeakExcess(num_peaks=1, reach=1)
    >>> scorer = scorer.fit([[0.0, 5.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    >>> clips = ops.array([[5.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 3.0]])
    >>> [float(score) for score in scorer(clips)[:, 0]]
    [0.0, 3.0]
    """

    def __init__(
        self,
        num_peaks=3,
        reach=12,
        num_rows=1,
        space="raw",
        num_groups=None,
        **kwargs,
    ):
        super().__init__(space=space, num_groups=num_groups, **kwargs)
        self.num_peaks = check_count("num_peaks", num_peaks)
        self.num_rows = check_count("num_rows", num_rows)
        self.reach = reach

    def _build_state(self, dim):
        self._check_dim(dim)
        self.ceiling = self._add_state("ceiling", dim)

    def _check_dim(self, dim):
        if dim % self.num_rows or dim < self.num_peaks:
            raise ValueError(
                "Embeddings must hold `num_rows` spectra of equal length and "
                "no fewer dimensions than `num_peaks`. Received: "
                f"embedding_dim={dim}, num_rows={self.num_rows}, "
                f"num_peaks={self.num_peaks}."
            )

    def _fit_group(self, source, target):
        largest = np.concatenate([source, target]).max(axis=0)
        self._check_dim(len(largest))
        spectra = largest.reshape(self.num_rows, -1)
        sides = ((0, 0), (self.reach, self.reach))
        padded = np.pad(spectra, sides, constant_values=-np.inf)
        near = np.lib.stride_tricks.sliding_window_view(
            padded, 2 * self.reach + 1, axis=1
        )
        return {"ceiling": near.max(axis=-1).reshape(-1)}

    def _score(self, coordinates):
        excess = coordinates - self.ceiling
        return ops.mean(ops.top_k(excess, self.num_peaks)[0], axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_peaks": self.num_peaks,
            "reach": self.reach,
            "num_rows": self.num_rows,
        }
