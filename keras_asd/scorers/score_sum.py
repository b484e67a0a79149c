"""Sum of standardised scores of several scorers."""

import itertools
from collections.abc import Callable
from collections.abc import Iterator
from typing import Self

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from keras_asd.composite import Composite
from keras_asd.scorers.group_states import GroupStatesOfSum
from keras_asd.scorers.standardization import standardization
from keras_asd.scorers.training_clips import check_clips
from keras_asd.scorers.training_clips import distinct_rows

NUM_FOLDS = 5


@keras.saving.register_keras_serializable(package="keras_asd")
class ScoreSum(GroupStatesOfSum, Composite):
    """The sum of scorers, each standardised by scores of left-out clips.

    Every scorer reads its own part of the embedding, and all are fitted on
    the same groups. What a scorer gives the clips it was fitted on is too
    low, of one scorer more than of another, so `fit` leaves a fifth of each
    group's clips out in turn and scores them by scorers of the rest. The
    mean and the standard deviation of these scores, group by group, make the
    scorers comparable. They are the plain ones, not median and quartiles: a
    scorer that some normal clips, such as those of the target domain, get
    far away from shall count less, and of thirty clips they are known best.
    A group of few clips takes the spread of all groups.

    Args:
        scorers: Scorers of embeddings, such as `LocalDensity`.
        dims: Length of each scorer's part of the embedding, in order.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Input shape: embeddings `(batch, embedding_dim)`, parts in a row.
    Output shape: `(batch, num_groups)`; larger is stranger. A group without
    a clip scores NaN, and so does an embedding that is not finite.

    Raises:
        ValueError: For different numbers of scorers and parts, or a scorer
            that reads the head.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> parts = [NearestNeighbors(space="raw") for _ in range(2)]
    >>> clips = np.random.default_rng(0).normal(size=(40, 3)) * [1, 1, 100]
    >>> scorer = ScoreSum(parts, dims=[2, 1]).fit(clips)
    >>> scores = scorer(ops.array([[0.0, 0, 0], [9, 0, 0], [9, 0, 900]]))[:, 0]
    >>> bool(scores[0] < scores[1] < scores[2])
    True
    """

    parts = ("scorers",)

    reads = "embedding"
    # Constructor arguments beside the scorers.
    settings: tuple[str, ...] = ("dims", "num_groups")

    def __init__(self, scorers, dims, num_groups=None, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        self.scorers = list(scorers)
        self.dims = list(dims)
        self.num_groups = num_groups
        self._unseen = _Unseen()
        read = sorted({scorer.reads for scorer in self.scorers})
        if len(self.scorers) != len(self.dims) or read != ["embedding"]:
            raise ValueError(
                "Scorers must read embeddings, and there must be one for each "
                f"of `dims`. Received: {len(self.scorers)} scorers that read "
                f"{', '.join(read) or 'nothing'}, dims={self.dims}."
            )

    def fit(
        self,
        embeddings: ArrayLike,
        groups: ArrayLike | None = None,
        is_target: ArrayLike | None = None,
        clips: ArrayLike | None = None,
        embed_again: Callable[[NDArray[np.bool_]], NDArray] | None = None,
    ) -> Self:
        """Learns what is normal, and how high normal clips score.

        Args:
            embeddings: `(clips, embedding_dim)`; see `Scorer.fit`.
            groups: Integers `(clips,)`; see `Scorer.fit`.
            is_target: Booleans `(clips,)`; see `Scorer.fit`.
            clips: The clip that each row is a window of, or the recording
                session, integers `(rows,)`; its rows are left out together.
                Each row is a clip if `None`.
            embed_again: Where the embedding itself was fitted on these
                clips: from booleans `(rows,)`, true for what it shall be
                fitted on, to all rows embedded so.

        Returns:
            The scorer itself.

        Raises:
            ValueError: As `Scorer.fit`.
        """
        rows, owners, targets = check_clips(embeddings, groups, is_target)
        if rows.shape[1] != sum(self.dims):
            raise ValueError(
                "Embeddings must be as long as the parts together. Received: "
                f"embeddings of {rows.shape[1]} for dims={self.dims}."
            )
        if self.num_groups is None:
            self.num_groups = int(owners.max()) + 1
        names = np.arange(len(rows)) if clips is None else np.asarray(clips)
        table = np.column_stack([owners, targets, rows]) + 0.0
        firsts, indices = distinct_rows(table)
        table = table[firsts]
        folds = _draw_folds(table[:, 0], indices, names)
        blank = [(type(part), part.get_config()) for part in self.scorers]
        self._fit_each(self.scorers, table)
        scores = np.full((len(self.scorers), len(table)), np.nan)
        fitted = []
        for fold in range(NUM_FOLDS):
            is_out = folds == fold
            if not is_out.any() or is_out.all():
                continue
            moved = table.copy()
            if embed_again is not None:
                moved[:, 2:] = embed_again(~is_out[indices])[firsts]
            copies = [kind.from_config(config) for kind, config in blank]
            self._fit_each(copies, moved[~is_out])
            out = moved[is_out]
            columns = out[:, 0].astype(int)
            for index, (scorer, part) in enumerate(self._parts(copies)):
                values = scorer(
                    ops.convert_to_tensor(out[:, 2:][:, part], "float32")
                )
                values = ops.convert_to_numpy(values)
                scores[index, is_out] = values[np.arange(len(columns)), columns]
            fitted.append((copies, is_out))
        if not self.built:
            self.build((None, rows.shape[1]))
        owners = table[:, 0].astype(int)
        self._set_currency(scores, owners)
        self._unseen = _Unseen()
        for copies, is_out in fitted:
            fold = self._of_fold(copies, scores[:, ~is_out], owners[~is_out])
            self._unseen.folds.append((fold, is_out[indices]))
        return self

    def take_unseen_folds(self) -> list[tuple[Self, NDArray[np.bool_]]]:
        """Sums that have not seen a fold each, as the last `fit` left them.

        Their scorers and their currency are those of the other folds. They are
        given once: a second call returns nothing, and so does that of a scorer
        which was loaded.

        Returns:
            Pairs of a scorer and the rows of its fold, booleans `(rows,)`.
        """
        folds, self._unseen = self._unseen.folds, _Unseen()
        return folds

    def _of_fold(self, copies, scores, owners) -> Self:
        """A sum of fitted scorers, with the currency of their clips."""
        settings = {name: getattr(self, name) for name in self.settings}
        fold = type(self)(copies, **settings)
        fold.build((None, sum(self.dims)))
        fold._set_currency(scores, owners)
        return fold

    def _set_currency(self, scores, owners) -> None:
        """Makes scorers comparable by left-out scores, `(scorers, clips)`."""
        location, factor = standardization(scores, owners, self.num_groups)
        self.location.assign(location)
        self.factor.assign(factor)

    def _fit_each(self, scorers, table) -> None:
        for scorer, part in self._parts(scorers):
            if scorer.num_groups is None:
                scorer.num_groups = self.num_groups
            scorer.fit(
                table[:, 2:][:, part],
                table[:, 0].astype("int64"),
                table[:, 1] > 0,
            )

    def _parts(self, scorers) -> Iterator[tuple[keras.layers.Layer, slice]]:
        ends = itertools.accumulate(self.dims)
        for scorer, dim, end in zip(scorers, self.dims, ends, strict=True):
            yield scorer, slice(end - dim, end)

    def build(self, input_shape):
        for scorer, dim in zip(self.scorers, self.dims, strict=True):
            if not scorer.built:
                scorer.build((None, dim))
        shape = (len(self.scorers), self.num_groups)
        for name in ("location", "factor"):
            weight = self.add_weight(
                shape=shape, initializer="zeros", trainable=False, name=name
            )
            setattr(self, name, weight)

    def call(self, embedding):
        return sum(self._standardized(embedding), 0.0)

    def _standardized(self, embedding):
        """Each scorer's standardised scores, `(batch, num_groups)`."""
        for index, (scorer, part) in enumerate(self._parts(self.scorers)):
            scores = scorer(embedding[:, part])
            yield (scores - self.location[index]) * self.factor[index]

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_groups)

    def get_config(self):
        settings = {name: getattr(self, name) for name in self.settings}
        return {**super().get_config(), **settings}


class _Unseen:
    """Holder of scorers that are no part of the layer that holds them."""

    def __init__(self):
        self.folds = []


def _draw_folds(
    owners: NDArray, indices: NDArray, clips: NDArray
) -> NDArray[np.int64]:
    """A fold for every distinct row, by its clip; copies of a clip share it.

    Clips take turns in the order of the rows, which is that of domains
    first: the folds depend on nothing but the rows, and each has its share
    of both domains.
    """
    _, numbers = np.unique(clips, return_inverse=True)
    first = np.full(len(clips), len(owners))
    np.minimum.at(first, numbers.reshape(-1), indices)
    label = np.full(len(owners), len(owners))
    np.minimum.at(label, indices, first[numbers.reshape(-1)])
    folds = np.zeros(len(owners), "int64")
    for owner in np.unique(owners):
        is_own = owners == owner
        _, turns = np.unique(label[is_own], return_inverse=True)
        folds[is_own] = turns.reshape(-1) % NUM_FOLDS
    return folds
