"""Projection head for contrastive pre-training."""

import keras
from keras import ops

from keras_asd.checks import check_counts


@keras.saving.register_keras_serializable(package="keras_asd")
class ProjectionHead(keras.layers.Layer):
    """Rectification, dense layer without bias, normalisation; repeated.

    CLP-SCF projects by three dense layers in pre-training and keeps the
    first: that one is in the embedder, `Embedder(has_projection=True)`, the
    two others are here. `SupervisedContrastive` compares what comes out.
    Always computed in float32.

    Args:
        units: Integer, of every dense layer. Defaults to the paper's `128`.
        num_layers: Integer, how many there are.

    Input shape: `(batch, embedding_dim)`.
    Output shape: `(batch, units)`.

    Raises:
        ValueError: For no unit or no layer.

    >>> tuple(ProjectionHead(units=32)(ops.ones((2, 128))).shape)
    (2, 32)

    Reference: Guan et al., https://arxiv.org/abs/2304.03588, and its
    authors' released code
    """

    def __init__(self, units=128, num_layers=2, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        check_counts(units=units, num_layers=num_layers)
        self.units = units
        self.num_layers = num_layers
        policy = self.dtype_policy
        self.denses = [
            keras.layers.Dense(
                units, use_bias=False, dtype=policy, name=f"dense_{index}"
            )
            for index in range(num_layers)
        ]
        # As PyTorch's: its momentum counts the other way round.
        self.norms = [
            keras.layers.BatchNormalization(
                momentum=0.9, epsilon=1e-5, dtype=policy, name=f"norm_{index}"
            )
            for index in range(num_layers)
        ]

    def build(self, input_shape):
        shape = tuple(input_shape)
        for dense, norm in zip(self.denses, self.norms, strict=True):
            dense.build(shape)
            shape = (*shape[:-1], self.units)
            norm.build(shape)

    def call(self, embedding, training=None):
        outputs = embedding
        for dense, norm in zip(self.denses, self.norms, strict=True):
            outputs = norm(dense(ops.relu(outputs)), training=training)
        return outputs

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "num_layers": self.num_layers,
        }
