"""Training clips of scorers: checks, domains and order."""

import numpy as np
from numpy.typing import ArrayLike
from numpy.typing import NDArray

# Distinct rows nearly always differ in these.
NUM_FIRST_COLUMNS = 6
# A group's clips of the source domain and of the target domain.
Domains = tuple[NDArray[np.float64], NDArray[np.float64]]


def check_count(name: str, value: int) -> int:
    """Returns `value`, a count of at least one.

    Raises:
        ValueError: For anything else.

    >>> check_count("num_neighbors", 4)
    4
    """
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(
            f"`{name}` must be an integer, at least 1. "
            f"Received: {name}={value}."
        )
    return int(value)


def check_clips(
    embeddings: ArrayLike,
    groups: ArrayLike | None = None,
    is_target: ArrayLike | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Returns embeddings, groups and domains as arrays that fit together.

    The embeddings are rounded to float32, as the scorer will see them.

    Args:
        embeddings: Finite numbers, `(clips, embedding_dim)`.
        groups: Integers from 0, `(clips,)`; all 0 if `None`.
        is_target: Booleans, `(clips,)`; all false if `None`.

    Raises:
        ValueError: For other shapes or types, no clips, a row that is not
            finite in float32, or a negative group.

    >>> embeddings, groups, is_target = check_clips([[1, 2], [3, 4]])
    >>> groups.tolist(), is_target.tolist()
    ([0, 0], [False, False])
    """
    with np.errstate(over="ignore"):
        rows = np.asarray(embeddings, dtype="float32").astype("float64")
    if rows.ndim != 2 or 0 in rows.shape:
        raise ValueError(
            "`embeddings` must be (clips, embedding_dim) with at least one "
            f"clip. Received: embeddings of shape {rows.shape}."
        )
    if (broken := np.flatnonzero(~np.isfinite(rows).all(axis=1))).size:
        raise ValueError(
            "`embeddings` must be finite in float32. Received: "
            f"{broken.size} rows that are not, the first is row {broken[0]}. "
            "Leave broken clips out."
        )
    size = len(rows)
    owners = np.zeros(size, "int64") if groups is None else np.asarray(groups)
    targets = np.zeros(size, bool) if is_target is None else is_target
    targets = np.asarray(targets)
    for name, array, kinds in (
        ("groups", owners, "iu"),
        ("is_target", targets, "b"),
    ):
        if array.shape != (size,) or array.dtype.kind not in kinds:
            kind = "boolean" if kinds == "b" else "integer"
            raise ValueError(
                f"`{name}` must hold one {kind} a clip, ({size},). Received: "
                f"{name} of shape {array.shape} and type {array.dtype}."
            )
    if (negative := np.flatnonzero(owners < 0)).size:
        raise ValueError(
            "`groups` must count from 0. Received: "
            f"groups[{negative[0]}]={owners[negative[0]]}."
        )
    return rows, owners.astype("int64"), targets


def part_clips(
    embeddings: NDArray[np.float64],
    groups: NDArray[np.int64],
    is_target: NDArray[np.bool_],
    num_groups: int,
) -> list[Domains]:
    """Returns each group's source and target clips.

    >>> ((source, target),) = part_clips(*check_clips([[2], [1], [2]]), 1)
    >>> source.tolist(), len(target)
    ([[1.0], [2.0]], 0)
    """
    return [
        (
            distinct(embeddings[(groups == group) & ~is_target]),
            distinct(embeddings[(groups == group) & is_target]),
        )
        for group in range(num_groups)
    ]


def distinct(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns rows that differ in float32, in lexicographic order.

    What is fitted on them depends neither on the order of the clips nor on
    how often one and the same recording is listed.

    >>> distinct(np.array([[2.0, 1.0], [1.0, 5.0], [2.0, 1.0]])).tolist()
    [[1.0, 5.0], [2.0, 1.0]]
    """
    # Adding zero turns -0.0 into 0.0.
    rounded = rows.astype("float32") + np.float32(0.0)
    firsts, _ = distinct_rows(rounded)
    return rounded[firsts].astype("float64")


def distinct_rows(
    table: NDArray[np.floating],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns where distinct rows first are, and which of them each row is.

    The same as `np.unique` of rows, which is slow for long ones: where the
    first columns tell all rows apart, the others are not looked at.

    Args:
        table: Finite numbers `(rows, columns)`.

    Returns:
        Index of the first of each distinct row, in lexicographic order, and
        the position of every row among them, `(rows,)`.

    >>> firsts, indices = distinct_rows(np.array([[2.0], [1.0], [2.0]]))
    >>> firsts.tolist(), indices.tolist()
    ([1, 0], [1, 0, 1])
    """
    first = table[:, :NUM_FIRST_COLUMNS]
    order = np.lexsort(first.T[::-1])
    steps = np.diff(first[order], axis=0).any(axis=1)
    if first.shape[1] and steps.all():
        return order, np.argsort(order)
    _, firsts, indices = np.unique(
        table, axis=0, return_index=True, return_inverse=True
    )
    return firsts, indices.reshape(-1)
