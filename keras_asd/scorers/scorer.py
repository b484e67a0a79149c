"""Base class of scorers of embeddings."""

from typing import Self

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from keras_asd.checks import check_choice
from keras_asd.numerics import is_finite
from keras_asd.scorers.group_states import GroupStates
from keras_asd.scorers.spaces import SPACES
from keras_asd.scorers.spaces import fit_space
from keras_asd.scorers.spaces import into_space
from keras_asd.scorers.training_clips import Domains
from keras_asd.scorers.training_clips import check_clips
from keras_asd.scorers.training_clips import distinct
from keras_asd.scorers.training_clips import part_clips


@keras.saving.register_keras_serializable(package="keras_asd")
class Scorer(GroupStates, keras.layers.Layer):
    """Anomaly scores of embeddings, one for each group of normal clips.

    A group is what a clip should be like: a machine, a section, a class.
    All that `fit` learns lies in float32 weights and is saved and exported
    with the model. The sizes of the weights are filled in by `fit` and kept
    in the configuration; a later `fit` must fit into them. It depends
    neither on the order of the clips nor on repeated ones.

    A subclass names its sizes, adds its weights in `_build_state`, fits one
    group in `_fit_group` and scores coordinates in `_score`.

    Args:
        space: Where embeddings are compared. `"sphere"`: scaled to length
            one; `"standardized"`: less the mean and over the standard
            deviation of the group's clips; `"whitened"`: standardised, then
            whitened by their Ledoit-Wolf covariance; `"raw"`: as they are.
        num_groups: Integer, or `None`: as many as `fit` sees.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Input shape: embeddings `(batch, embedding_dim)`.
    Output shape: `(batch, num_groups)`; column `g` is the score of a clip
    that should be of group `g`; larger is stranger. A group without a clip
    scores NaN, and so does an embedding that is not finite.

    Raises:
        ValueError: For an unknown space, and where it is called before it
            is fitted.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> scorer = NearestNeighbors(space="raw")
    >>> scorer = scorer.fit([[0.0], [2.0], [9.0]], groups=[0, 0, 1])
    >>> [round(float(score), 3) for score in scorer(ops.array([[5.0]]))[0]]
    [3.0, 4.0]
    """

    reads = "embedding"
    # Size of the constructor: the state whose longest group fills it in.
    _lengths: dict[str, str] = {}

    def __init__(self, space="sphere", num_groups=None, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_choice("space", space, SPACES)
        self.space = space
        self.num_groups = num_groups

    def fit(
        self,
        embeddings: ArrayLike,
        groups: ArrayLike | None = None,
        is_target: ArrayLike | None = None,
    ) -> Self:
        """Learns what is normal.

        Args:
            embeddings: Embeddings of normal clips, finite, `(clips,
                embedding_dim)`.
            groups: Group of each clip, integers from 0, `(clips,)`; all 0 if
                `None`.
            is_target: Booleans, whether each clip is of the target domain,
                `(clips,)`; all of the source domain if `None`.

        Returns:
            The scorer itself.

        Raises:
            ValueError: For arguments that do not fit together, a row that
                is not finite, or sizes beyond those set before.
        """
        clips = check_clips(embeddings, groups, is_target)
        self._settle("num_groups", int(clips[1].max()) + 1)
        domains = part_clips(*clips, self.num_groups)
        self._fit_domains(domains, self._fit_spaces(domains))
        return self

    def _fit_spaces(self, domains: list[Domains]) -> list[dict | None]:
        """The space of each group, `None` where it has no clip."""
        pools = [distinct(np.concatenate(pair)) for pair in domains]
        return [
            fit_space(self.space, pool) if len(pool) else None for pool in pools
        ]

    def _fit_domains(
        self, domains: list[Domains], spaces: list[dict | None]
    ) -> None:
        states: list[dict[str, NDArray]] = []
        for pair, space in zip(domains, spaces, strict=True):
            if space is None or not sum(map(len, pair)):
                states.append({})
                continue
            source, target = (
                distinct(into_space(self.space, rows, space)) for rows in pair
            )
            state = self._fit_group(source, target)
            states.append({"has_clips": np.ones(()), **space, **state})
        for size, name in self._lengths.items():
            lengths = [len(state[name]) for state in states if state]
            self._settle(size, max([1, *lengths]))
        self._build_for(domains)
        for weight in self.weights:
            value = np.zeros(weight.shape)
            for group, state in enumerate(states):
                if state:
                    part = state[weight.name]
                    value[(group, *map(slice, part.shape))] = part
            weight.assign(value)

    def _build_for(self, domains: list[Domains]) -> None:
        """Builds for the length of the embeddings, or holds it against it."""
        dim = domains[0][0].shape[1]
        if not self.built:
            self.build((None, dim))
        if dim != self.embedding_dim:
            raise ValueError(
                "A scorer that is built keeps its embedding_dim. Received: "
                f"embeddings of {dim} for embedding_dim={self.embedding_dim}. "
                "Fit a new scorer."
            )

    def _settle(self, size: str, needed: int) -> None:
        """Fills a size in, or holds what is needed against it."""
        if getattr(self, size) is None:
            setattr(self, size, needed)
        elif needed > getattr(self, size):
            raise ValueError(
                f"The clips must fit into `{size}`, which the constructor or "
                f"an earlier `fit` has set. Received: {needed} for "
                f"{size}={getattr(self, size)}. Fit a new scorer."
            )

    def build(self, input_shape):
        sizes = ("num_groups", *self._lengths)
        if any(getattr(self, size) is None for size in sizes):
            raise ValueError(
                f"`{type(self).__name__}` must be fitted before it is called. "
                "Received: a scorer without state. Call "
                "`fit(embeddings, groups)` with normal clips first."
            )
        dim = self.embedding_dim = input_shape[-1]
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: dim})
        self.has_clips = self._add_state("has_clips")
        if self.space in ("standardized", "whitened"):
            shape = (dim,) if self.space == "standardized" else (dim, dim)
            self.location = self._add_state("location", dim)
            self.factor = self._add_state("factor", *shape)
        self._build_state(dim)

    def _add_state(self, name: str, *shape: int):
        """Adds a weight that holds an array of `shape` for each group."""
        return self.add_weight(
            shape=(self.num_groups, *shape),
            initializer="zeros",
            trainable=False,
            name=name,
        )

    def call(self, embedding):
        embedding = ops.cast(embedding, "float32")
        is_sound = ops.all(is_finite(embedding), axis=-1, keepdims=True)
        embedding = ops.where(is_sound, embedding, 0.0)
        scores = self._score(self._into_space(embedding))
        return ops.where(is_sound & (self.has_clips > 0), scores, np.nan)

    def _into_space(self, embedding):
        """From `(batch, dim)` to coordinates, `(batch, num_groups, dim)`."""
        if self.space == "sphere":
            peak = ops.max(ops.abs(embedding), axis=-1, keepdims=True)
            embedding = embedding / ops.where(peak > 0, peak, 1.0)
            square = ops.sum(ops.square(embedding), axis=-1, keepdims=True)
            embedding = embedding / ops.sqrt(ops.maximum(square, 1e-12))
        embedding = embedding[:, None, :]
        if self.space == "standardized":
            return (embedding - self.location) * self.factor
        if self.space == "whitened":
            residuals = embedding - self.location
            return ops.einsum("bgd,gde->bge", residuals, self.factor)
        return ops.repeat(embedding, self.num_groups, axis=1)

    def _build_state(self, dim: int) -> None:
        raise NotImplementedError

    def _fit_group(
        self, source: NDArray[np.float64], target: NDArray[np.float64]
    ) -> dict[str, NDArray]:
        """The state of one group from coordinates, at least one in all."""
        raise NotImplementedError

    def _score(self, coordinates):
        """From `(batch, num_groups, dim)` to `(batch, num_groups)`."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_groups)

    def get_config(self):
        names = ("space", "num_groups", *self._lengths)
        return {
            **super().get_config(),
            **{name: getattr(self, name) for name in names},
        }
