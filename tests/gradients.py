"""Gradients, whatever the backend."""

import keras
import numpy as np


def gradient(function, value):
    """Gradient of a function from a float32 tensor to a scalar."""
    if keras.backend.backend() == "jax":
        import jax

        return np.array(jax.grad(function)(keras.ops.convert_to_tensor(value)))
    import tensorflow as tf

    value = tf.convert_to_tensor(value)
    with tf.GradientTape() as tape:
        tape.watch(value)
        result = function(value)
    return np.array(tape.gradient(result, value))
