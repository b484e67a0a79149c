"""Head that adds up the errors of a reconstruction."""

import keras
from keras import ops

from keras_asd.checks import check_counts


@keras.saving.register_keras_serializable(package="keras_asd")
class TotalError(keras.layers.Layer):
    """The sum of an embedding's terms, the same for every class.

    For embedders whose terms add up to an error or to a negative
    log-likelihood, such as `ReconstructionEmbedder`. Nothing is trained.
    Always computed in float32, whatever the global policy: half precision
    ends at 65504.

    Args:
        num_classes: Integer, number of columns.
        num_terms: Integer, how many of the first dimensions are added up;
            all of them if `None`.

    Input shape: `(batch, embedding_dim)`.
    Output shape: `(batch, num_classes)`, columns equal.

    Raises:
        ValueError: For no class, no terms, or more than there are.

    >>> error = TotalError(num_classes=2, num_terms=3)
    >>> [float(total) for total in error(ops.array([[1.0, 2.0, 3.0, 9.0]]))[0]]
    [6.0, 6.0]
    """

    gives = "error"

    def __init__(self, num_classes, num_terms=None, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        check_counts(num_classes=num_classes)
        if num_terms is not None:
            check_counts(num_terms=num_terms)
        self.num_classes = num_classes
        self.num_terms = num_terms

    def build(self, input_shape):
        if self.num_terms is not None and self.num_terms > input_shape[-1]:
            raise ValueError(
                "`num_terms` must be at most the embedding's dimensions. "
                f"Received: num_terms={self.num_terms} for "
                f"{input_shape[-1]}. Leave it out to add them all up."
            )

    def call(self, embedding):
        terms = embedding[:, : self.num_terms]
        total = ops.sum(terms, axis=-1, keepdims=True)
        # A sum: export formats have no `repeat`.
        return total + ops.zeros((1, self.num_classes), total.dtype)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.num_classes)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "num_terms": self.num_terms,
        }
