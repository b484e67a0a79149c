"""Head of a plain classifier."""

import keras
from keras import ops

from keras_asd.checks import check_counts
from keras_asd.numerics import to_unit_length


@keras.saving.register_keras_serializable(package="keras_asd")
class ClassLogits(keras.layers.Layer):
    """Logits of the classes: a dense softmax head without the softmax.

    The softmax is in the loss, `ClassCrossEntropy`, and in the score,
    `LogOdds`, where it keeps its precision. Always computed in float32.

    Args:
        num_classes: Integer.

    Input shape: `(batch, embedding_dim)`.
    Output shape: `(batch, num_classes)`.

    Raises:
        ValueError: For no class.

    >>> tuple(ClassLogits(6)(ops.ones((2, 1280))).shape)
    (2, 6)

    Reference: Giri et al., Self-Supervised Classification for Detecting
    Anomalous Sounds, DCASE Workshop 2020
    """

    gives = "logit"

    def __init__(self, num_classes, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        check_counts(num_classes=num_classes)
        self.num_classes = num_classes

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.num_classes),
            initializer="glorot_uniform",
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.num_classes,), initializer="zeros", name="bias"
        )

    def call(self, embedding):
        return ops.matmul(embedding, self.kernel) + self.bias

    def cosine(self, embedding):
        """Cosines to the weight vectors of the classes; the bias is left out.

        Args:
            embedding: `(batch, embedding_dim)`.

        Returns:
            A tensor `(batch, num_classes)`, in `[-1, 1]`.
        """
        embedding = ops.cast(embedding, self.compute_dtype)
        weights = to_unit_length(ops.transpose(self.kernel))
        cosine = ops.matmul(to_unit_length(embedding), ops.transpose(weights))
        return ops.clip(cosine, -1.0, 1.0)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}
