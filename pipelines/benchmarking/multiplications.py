"""Multiply-adds of a network, counted in its graph."""

import math

import keras
import tensorflow as tf


def count_multiplications(embedder: keras.Model) -> int:
    """Multiply-adds of one window of an embedder.

    Convolutions and matrix products are counted; Fourier transforms,
    normalisations and activations are not, as is usual.

    Args:
        embedder: Built embedder of `keras_asd.models`.

    >>> class Dense(keras.Sequential):
    ...     samples = 8
    >>> count_multiplications(Dense([keras.layers.Dense(3)]))
    24
    """

    @tf.function(autograph=False)
    def embed(waveform):
        return embedder(waveform, training=False)

    signature = tf.TensorSpec([1, embedder.samples], tf.float32)
    is_eager = tf.config.functions_run_eagerly()
    # This graph includes what Keras wraps in functions, such as grouped
    # convolutions.
    tf.config.run_functions_eagerly(True)
    try:
        graph = embed.get_concrete_function(signature).graph
    finally:
        tf.config.run_functions_eagerly(is_eager)
    return sum(map(_multiplications, graph.get_operations()))


def _multiplications(operation: tf.Operation) -> int:
    """Number of outputs times the products summed in each."""
    if operation.type not in _NUM_PRODUCTS:
        return 0
    output = math.prod(operation.outputs[0].shape)
    return output * _NUM_PRODUCTS[operation.type](operation)


def _in_matrix(operation: tf.Operation) -> int:
    is_transposed = operation.type == "MatMul" and operation.get_attr(
        "transpose_a"
    )
    return operation.inputs[0].shape[-2 if is_transposed else -1]


def _in_batch_matrix(operation: tf.Operation) -> int:
    is_adjoint = operation.get_attr("adj_x")
    return operation.inputs[0].shape[-2 if is_adjoint else -1]


def _in_convolution(operation: tf.Operation) -> int:
    """Products per output; kernels `(height, width, depth, filters)`."""
    return math.prod(operation.inputs[1].shape[:-1])


def _in_depthwise_convolution(operation: tf.Operation) -> int:
    return math.prod(operation.inputs[1].shape[:2])


def _in_einsum(operation: tf.Operation) -> int:
    """Products per output: sizes of the letters that are summed over."""
    inputs, output = operation.get_attr("equation").decode().split("->")
    sizes: dict[str, int] = {}
    for term, tensor in zip(inputs.split(","), operation.inputs, strict=True):
        before, _, after = term.partition("...")
        shape = tensor.shape.as_list()
        sizes |= dict(zip(before, shape, strict=False))
        sizes |= dict(zip(reversed(after), reversed(shape), strict=False))
    return math.prod(
        size for letter, size in sizes.items() if letter not in output
    )


_NUM_PRODUCTS = {
    "MatMul": _in_matrix,
    "BatchMatMulV2": _in_batch_matrix,
    "Einsum": _in_einsum,
    "Conv2D": _in_convolution,
    "Conv3D": _in_convolution,
    "DepthwiseConv2dNative": _in_depthwise_convolution,
}
