"""Batch normalisations as one operation each, for training on processors."""

import functools

import keras


def fuse_normalizations(model: keras.Model) -> None:
    """Has batch normalisations of images train as one operation each.

    Keras makes about a dozen operations of one and its gradient, and each
    reads and writes the whole image, which is what a processor is slow at.
    Outputs, gradients and moving averages stay the same up to rounding, and
    so does all that is saved. Without effect on another backend than
    TensorFlow, on layers of half precision, of fewer axes than an image and
    without a scale and a shift.

    Args:
        model: Built model; its layers are changed, in training alone.

    >>> model = keras.Sequential(
    ...     [keras.Input((2, 2, 1)), keras.layers.BatchNormalization()]
    ... )
    >>> fuse_normalizations(model)
    >>> images = keras.ops.reshape([1.0, 2, 3, 4], (1, 2, 2, 1))
    >>> outputs = model(images, training=True)
    >>> [round(float(x), 2) for x in keras.ops.ravel(outputs)]
    [-1.34, -0.45, 0.45, 1.34]
    """
    if keras.backend.backend() != "tensorflow":
        return
    for layer in model._flatten_layers():
        if _is_fusible(layer) and "call" not in vars(layer):
            layer.call = functools.partial(_call, layer, layer.call)


def _is_fusible(layer) -> bool:
    return (
        type(layer) is keras.layers.BatchNormalization
        and layer.built
        and layer.axis in (-1, 3)
        and layer.compute_dtype == "float32"
        and layer.center
        and layer.scale
        and not layer.renorm
        and not layer.synchronized
    )


def _call(layer, plain, inputs, training=None, mask=None):
    is_image = len(inputs.shape) == 4
    if not (training and layer.trainable and is_image and mask is None):
        return plain(inputs, training=training, mask=mask)
    import tensorflow as tf

    outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
        inputs,
        tf.convert_to_tensor(layer.gamma),
        tf.convert_to_tensor(layer.beta),
        epsilon=layer.epsilon,
        is_training=True,
    )
    # It gives the variance of a sample, Keras averages that of the batch.
    num_values = tf.cast(tf.size(inputs) // tf.size(mean), tf.float32)
    variance = variance * ((num_values - 1.0) / num_values)
    for moving, new in (
        (layer.moving_mean, mean),
        (layer.moving_variance, variance),
    ):
        share = layer.momentum
        moving.assign(moving * share + new * (1.0 - share))
    return outputs
