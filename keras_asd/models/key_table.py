"""Table of the classes or groups of each machine."""

import numpy as np
from keras import ops


def make_table(argument, names, num_columns, is_needed=True):
    """Zeros and ones `(names, columns)`: the columns of each name.

    Args:
        argument: Name of the argument, for the error.
        names: Columns of each name.
        num_columns: Number of columns.
        is_needed: Whether each name must have a column.

    Raises:
        ValueError: If a name has no column, or one out of range.

    >>> make_table("keys", {"fan": [0], "pump": [1]}, 2).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    table = np.zeros((len(names), num_columns), dtype="float32")
    for row, (name, columns) in enumerate(names.items()):
        is_missing = is_needed and not columns
        if is_missing or not all(0 <= k < num_columns for k in columns):
            raise ValueError(
                f"`{argument}` must give each machine indices below "
                f"{num_columns}. Received: {name!r}: {columns}."
            )
        table[row, columns] = 1.0
    if not len(table):
        raise ValueError(f"`{argument}` must name at least one machine.")
    return table


def take_rows(table, key):
    """Rows of a table as booleans, `(batch, columns)`; none for a key outside.

    >>> table = make_table("keys", {"fan": [0], "pump": [1]}, 2)
    >>> ops.convert_to_numpy(take_rows(table, ops.array([1, 2]))).tolist()
    [[False, True], [False, False]]
    """
    # The exported forms differ on keys outside.
    is_known = (key >= 0) & (key < len(table))
    index = ops.where(is_known, key, 0)
    rows = ops.take(ops.convert_to_tensor(table), index, axis=0)
    return (rows > 0) & is_known[:, None]
