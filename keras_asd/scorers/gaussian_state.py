"""Squared Mahalanobis distances to several Gaussians."""

from keras import ops


def squared_distances(coordinates, means, roots):
    """Returns `|(x - mean) root|^2`, `(batch, num_groups, components)`.

    Args:
        coordinates: `(batch, num_groups, dim)`.
        means: `(num_groups, components, dim)`.
        roots: `(num_groups, components, dim, dim)`, or one in place of the
            components; each is a root of an inverse covariance.

    >>> root = 2.0 * ops.eye(2)[None, None]
    >>> means = ops.zeros((1, 3, 2))
    >>> square = squared_distances(ops.ones((1, 1, 2)), means, root)
    >>> [float(value) for value in square[0, 0]]
    [8.0, 8.0, 8.0]
    """
    residuals = coordinates[:, :, None, :] - means
    # A batch of clips at a time through each matrix.
    residuals = ops.transpose(residuals, (1, 2, 0, 3))
    square = ops.sum(ops.square(ops.matmul(residuals, roots)), axis=-1)
    return ops.transpose(square, (2, 0, 1))
