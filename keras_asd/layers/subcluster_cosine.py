"""Head that compares embeddings with several centres for each class."""

import keras
from keras import ops

from keras_asd.layers.class_cosine import ClassCosine


@keras.saving.register_keras_serializable(package="keras_asd")
class SubclusterCosine(ClassCosine):
    """Cosines between embeddings and the sub-centres of each class.

    The centres are drawn evenly over all directions. In the paper they stay
    there: in many dimensions they are nearly at right angles anyway, and
    what cannot move cannot collapse. Always computed in float32, as in
    `ClassCosine`.

    Args:
        num_classes: Integer.
        num_subclusters: Integer, centres of a class. Defaults to the paper's
            `16`.
        is_fixed: Whether the centres stay where they were drawn.

    Input shape: `(batch, embedding_dim)`.
    Output shape: `(batch, num_classes, num_subclusters)`, in `[-1, 1]`.

    >>> tuple(SubclusterCosine(41)(ops.ones((2, 256))).shape)
    (2, 41, 16)

    Reference: Wilkinghoff & Kurth, https://arxiv.org/abs/2309.15643
    """

    gives = "cosine"

    def __init__(
        self, num_classes, num_subclusters=16, is_fixed=True, **kwargs
    ):
        super().__init__(num_classes, is_fixed=is_fixed, **kwargs)
        self.num_subclusters = num_subclusters

    def build(self, input_shape):
        embedding_dim = input_shape[-1]
        self.centres = self.add_weight(
            shape=(self.num_classes, self.num_subclusters, embedding_dim),
            initializer=keras.initializers.RandomNormal(
                stddev=embedding_dim**-0.5
            ),
            trainable=not self.is_fixed,
            name="centres",
        )

    def call(self, embedding):
        directions = self._normalize(embedding)
        centres = ops.reshape(
            self._normalize(self.centres),
            (self.num_classes * self.num_subclusters, -1),
        )
        cosine = ops.matmul(directions, ops.transpose(centres))
        shape = (-1, self.num_classes, self.num_subclusters)
        return ops.clip(ops.reshape(cosine, shape), -1.0, 1.0)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes, self.num_subclusters)

    def get_config(self):
        return {
            **super().get_config(),
            "num_subclusters": self.num_subclusters,
        }
