"""Head that compares embeddings with class centres."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class ClassCosine(keras.layers.Layer):
    """Cosines between embeddings and one centre for each class.

    Always computed in float32, whatever the global policy: a half-precision
    cosine can exceed one.

    Args:
        num_classes: Integer, number of centres.
        is_fixed: Whether the centres stay where they were drawn.

    Input shape: `(batch, embedding_dim)`.
    Output shape: `(batch, num_classes)`, in `[-1, 1]`.

    >>> tuple(ClassCosine(41)(ops.ones((2, 128))).shape)
    (2, 41)

    Reference: Deng et al., ArcFace, https://arxiv.org/abs/1801.07698
    """

    gives = "cosine"

    def __init__(self, num_classes, is_fixed=False, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.num_classes = num_classes
        self.is_fixed = is_fixed

    def build(self, input_shape):
        self.centres = self.add_weight(
            shape=(self.num_classes, input_shape[-1]),
            initializer="glorot_uniform",
            trainable=not self.is_fixed,
            name="centres",
        )

    def call(self, embedding):
        directions = self._normalize(embedding)
        centres = self._normalize(self.centres)
        cosine = ops.matmul(directions, ops.transpose(centres))
        return ops.clip(cosine, -1.0, 1.0)

    def _normalize(self, vectors):
        """To length one, with finite gradients where the length is zero.

        An embedding is exactly zero where all clips of a batch are equal.
        """
        square = ops.sum(ops.square(vectors), axis=-1, keepdims=True)
        return vectors / ops.sqrt(ops.maximum(square, 1e-12))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "is_fixed": self.is_fixed,
        }
