"""Fourier transforms as matrix products, for exports without transforms."""

import functools
import math

import numpy as np
from keras import ops

# A length is split into factors of about this size or less.
GOOD_FACTOR = 64
# Of a factor that cannot be split: its matrix takes 64 MiB.
MAX_FACTOR = 4096


def matrix_rfft(signal):
    """The same as `keras.ops.rfft`, by products with constant matrices.

    The length is split into factors, as a fast transform does: 160,000
    samples take products with matrices of 50, 64 and 50 rows. A prime length
    takes one large matrix.

    Args:
        signal: float32 `(batch, ..., length)`, all but the batch known.

    Returns:
        Real and imaginary part, `(batch, ..., length // 2 + 1)` each.

    Raises:
        ValueError: For a length with a prime factor above 4,096.

    >>> real, imaginary = matrix_rfft(ops.array([[0.0, 1.0, 0.0, -1.0]]))
    >>> (np.round(real, 6) + 0.0).tolist()
    [[0.0, 0.0, 0.0]]
    >>> (np.round(imaginary, 6) + 0.0).tolist()
    [[0.0, -2.0, 0.0]]

    Reference: Cooley & Tukey, An Algorithm for the Machine Calculation of
    Complex Fourier Series (1965),
    https://doi.org/10.1090/S0025-5718-1965-0178586-1
    """
    length = signal.shape[-1]
    num_bins = length // 2 + 1
    rows = ops.reshape(signal, (-1, length))
    shape = (-1, *signal.shape[1:-1], num_bins)
    real, imaginary = _transform(rows, None, num_bins)
    return ops.reshape(real, shape), ops.reshape(imaginary, shape)


def _transform(real, imaginary, num_bins):
    """The first `num_bins` of the transforms of rows, `(rows, length)`.

    With `length = first * second`, sample `second * i + j` and bin
    `k + first * l`: a transform over `i`, a turn of each `(j, k)`, and a
    transform over `j`.
    """
    length = real.shape[-1]
    first = split(length)
    if first == length:
        return _multiply(real, imaginary, num_bins)
    second = length // first
    real, imaginary = (
        ops.reshape(part, (-1, second, first))
        for part in _multiply(
            _columns(real, first),
            None if imaginary is None else _columns(imaginary, first),
            first,
        )
    )
    cosine, sine = turns(length, second, first)
    real, imaginary = (
        ops.transpose(real * cosine - imaginary * sine, (0, 2, 1)),
        ops.transpose(real * sine + imaginary * cosine, (0, 2, 1)),
    )
    num_last = (num_bins - 1) // first + 1
    parts = _transform(
        ops.reshape(real, (-1, second)),
        ops.reshape(imaginary, (-1, second)),
        num_last,
    )
    return tuple(
        ops.reshape(_swapped(part, first, num_last), (-1, num_last * first))[
            :, :num_bins
        ]
        for part in parts
    )


def _columns(rows, first):
    """The columns of each row that is laid out in `first` rows."""
    second = rows.shape[-1] // first
    return ops.reshape(_swapped(rows, first, second), (-1, first))


def _swapped(rows, first, second):
    """From `(rows, first * second)` to `(rows, second, first)`."""
    return ops.transpose(ops.reshape(rows, (-1, first, second)), (0, 2, 1))


def _multiply(real, imaginary, num_bins):
    """The transform of each row, as its definition says."""
    length = real.shape[-1]
    cosine, sine = turns(length, length, num_bins)
    if imaginary is None:
        return ops.matmul(real, cosine), ops.matmul(real, sine)
    return (
        ops.matmul(real, cosine) - ops.matmul(imaginary, sine),
        ops.matmul(real, sine) + ops.matmul(imaginary, cosine),
    )


@functools.lru_cache(maxsize=16)
def turns(length: int, rows: int, columns: int) -> tuple:
    """Cosine and sine of `-2 pi row column / length`, float32.

    >>> [part.tolist() for part in turns(4, 2, 2)]
    [[[1.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, -1.0]]]
    """
    product = np.outer(np.arange(rows), np.arange(columns)) % length
    angle = -2.0 * np.pi * product / length
    return tuple(
        # Zeros are zeros, not 6e-17, and without a sign.
        (np.round(part, 15) + 0.0).astype("float32")
        for part in (np.cos(angle), np.sin(angle))
    )


@functools.cache
def split(length: int) -> int:
    """The first factor of a length, the length itself if it stays whole.

    Of all divisors the one nearest to the root that makes all factors about
    equal, none much above 64.

    Raises:
        ValueError: For a prime factor above 4,096.

    >>> split(160_000), split(3_200), split(50), split(313)
    (50, 64, 50, 313)
    """
    steps = math.ceil(math.log(max(length, 2), GOOD_FACTOR) - 1e-9)
    if steps == 1:
        return length
    divisors = [k for k in range(2, length) if length % k == 0]
    if not divisors and length > MAX_FACTOR:
        raise ValueError(
            "A transform by matrices needs a length without a prime factor "
            f"above {MAX_FACTOR}. Received: a prime factor {length}. Choose "
            "a length of other factors, such as whole tenths of a second."
        )
    target = math.log(length) / steps
    return min(
        divisors, key=lambda k: abs(math.log(k) - target), default=length
    )
