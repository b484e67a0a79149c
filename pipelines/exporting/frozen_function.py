"""Frozen functions: weights as constants, which TensorFlow runs faster."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)


def freeze(function: Callable, *signature: tf.TensorSpec) -> Any:
    """Returns a `tf.function` with constants for the variables it reads.

    TensorFlow folds constants into each other and lays a constant kernel out
    once. The returned function can be a signature of `tf.saved_model.save`,
    and other functions that call it share its constants. Names and unknown
    sizes are kept.

    Args:
        function: Function of tensors that returns a dict of tensors, made of
            TensorFlow operations.
        *signature: Shape, type and name of each argument.

    >>> weight = tf.Variable([2.0, 3.0])
    >>> product = freeze(
    ...     lambda waveform: {"product": weight * waveform},
    ...     tf.TensorSpec([None, 2], tf.float32, name="waveform"),
    ... )
    >>> _ = weight.assign([0.0, 0.0])
    >>> product(tf.ones((1, 2)))["product"].numpy().tolist()
    [[2.0, 3.0]]
    """
    traced = tf.function(
        function, input_signature=signature, autograph=False
    ).get_concrete_function()
    frozen = convert_variables_to_constants_v2(traced, lower_control_flow=False)
    structure = traced.structured_outputs

    def call(*arguments):
        outputs = tf.nest.flatten(frozen(*arguments))
        return tf.nest.pack_sequence_as(structure, outputs)

    return tf.function(call, input_signature=signature, autograph=False)
