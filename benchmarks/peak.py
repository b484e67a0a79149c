"""Peak of this processor: a matrix product, a copy, and its instructions."""

import concurrent.futures
import pathlib

import numpy as np

from benchmarks.measurement import time_calls
from pipelines.benchmarking.machine import count_cores

# What makes a difference for networks.
FLAGS = (
    "avx2",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "amx_bf16",
    "amx_int8",
)


def product_peak(size: int = 2048) -> float:
    """GFLOP/s of a float32 matrix product, TensorFlow's, the best of some.

    >>> product_peak(64) > 0
    True
    """
    import tensorflow as tf

    left = tf.random.stateless_uniform((size, size), (0, 0))
    seconds = time_calls(lambda: tf.matmul(left, left).numpy(), 7, 2)
    return 2e-9 * size**3 / min(seconds)


def copy_peak(num_bytes: int = 2**28) -> float:
    """GB/s read and written by copies, one a core, the best of some.

    >>> copy_peak(2**16) > 0
    True
    """
    cores = count_cores()
    source = np.ones((cores, num_bytes // 8 // cores))
    target = np.zeros_like(source)
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        seconds = time_calls(
            lambda: list(pool.map(np.copyto, target, source)), 9, 2
        )
    return 2e-9 * source.nbytes / min(seconds)


def flags() -> list[str]:
    """Those of `FLAGS` that the processor has; none where nobody says.

    >>> set(flags()) <= set(FLAGS)
    True
    """
    path = pathlib.Path("/proc/cpuinfo")
    words = path.read_text().split() if path.exists() else []
    return [flag for flag in FLAGS if flag in words]
