"""States of groups, put together from two scorers."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Self

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray


def paste_groups(
    shape: Sequence[int],
    old: NDArray,
    new: NDArray,
    groups: Sequence[int],
    axis: int = 0,
) -> NDArray:
    """Returns a state that is the old one but for some groups.

    Args:
        shape: Shape of the state, at least as large as both in each axis; what
            neither fills is zeros.
        old: State with a row for each group.
        new: Another one.
        groups: Groups to take from the new one.
        axis: Axis of the groups.

    >>> old, new = np.array([[1.0], [2.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    >>> paste_groups((2, 2), old, new, [1]).tolist()
    [[1.0, 0.0], [7.0, 8.0]]
    """
    pasted = np.zeros(shape, "float32")
    pasted[tuple(map(slice, old.shape))] = old
    rows = np.moveaxis(pasted, axis, 0)
    others = np.moveaxis(new, axis, 0)
    for group in groups:
        rows[group] = 0.0
        rows[(group, *map(slice, others.shape[1:]))] = others[group]
    return pasted


class GroupStates:
    """Part of a scorer of embeddings, whose weights have a row a group.

    >>> from keras_asd.scorers import NearestNeighbors
    >>> issubclass(NearestNeighbors, GroupStates)
    True
    """

    embedding_dim: int
    _lengths: dict[str, str]
    get_config: Callable[[], dict[str, Any]]
    get_weights: Callable[[], list[NDArray]]
    from_config: Callable[[dict[str, Any]], Any]

    def with_groups_of(self, other: Self, groups: Sequence[int]) -> Self:
        """This scorer, with some groups as another one has them.

        All other groups keep their state to the last bit.

        Args:
            other: Fitted scorer of the same kind and settings.
            groups: Groups to take from it; may be new ones.

        >>> from keras_asd.scorers import NearestNeighbors
        >>> first = NearestNeighbors(space="raw").fit([[0.0], [9.0]], [0, 1])
        >>> second = NearestNeighbors(space="raw").fit([[5.0], [5.0]], [0, 1])
        >>> mixed = first.with_groups_of(second, [1])
        >>> ops.convert_to_numpy(mixed(ops.array([[5.0]]))).tolist()
        [[5.0, 0.0]]
        """
        config = self.get_config()
        for size in ("num_groups", *self._lengths):
            config[size] = max(getattr(self, size), getattr(other, size))
        made = type(self).from_config(config)
        made.build((None, self.embedding_dim))
        for weight, old, new in zip(
            made.weights, self.get_weights(), other.get_weights(), strict=True
        ):
            weight.assign(paste_groups(weight.shape, old, new, groups))
        return made


class GroupStatesOfSum:
    """Part of a sum of scorers, whose weights have a column a group.

    >>> from keras_asd.scorers import ViewSum
    >>> issubclass(ViewSum, GroupStatesOfSum)
    True
    """

    num_groups: int
    dims: list[int]
    settings: tuple[str, ...]
    scorers: list[Any]
    weights: list[keras.Variable]

    def with_groups_of(self, other: Self, groups: Sequence[int]) -> Self:
        """This sum, with some groups as another one has them.

        What all groups share, such as the tail of a currency, stays.

        Args:
            other: Fitted sum of the same kind and settings.
            groups: Groups to take from it; may be new ones.
        """
        settings = {name: getattr(self, name) for name in self.settings}
        settings["num_groups"] = max(self.num_groups, other.num_groups)
        made: Any = type(self)(  # type: ignore[call-arg]
            [
                own.with_groups_of(others, groups)
                for own, others in zip(self.scorers, other.scorers, strict=True)
            ],
            **settings,
        )
        made.build((None, sum(self.dims)))
        for weight, old, new in zip(
            made._own_weights(),
            self._own_weights(),
            other._own_weights(),
            strict=True,
        ):
            old, new = ops.convert_to_numpy(old), ops.convert_to_numpy(new)
            if old.ndim == 2:
                old = paste_groups(weight.shape, old, new, groups, axis=1)
            weight.assign(old)
        return made

    def _own_weights(self) -> list[keras.Variable]:
        """Those that are no scorer's; of two axes, the second is groups."""
        theirs = {id(one) for part in self.scorers for one in part.weights}
        return [one for one in self.weights if id(one) not in theirs]
