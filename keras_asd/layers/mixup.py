"""Interpolation between the clips of a batch."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_asd")
class Mixup(keras.layers.Layer):
    """Mixes every row with a partner row of the same batch.

    Row `i` becomes `mix_weight[i] * row[i] + (1 - mix_weight[i]) *
    row[mix_partner[i]]`. The draws come from outside, so the layer itself
    has no randomness.

    Call arguments:
        inputs: Tensor `(batch, ...)`.
        mix_weight: Tensor `(batch,)`, in `[0, 1]`.
        mix_partner: Integer tensor `(batch,)`, indices into the batch.

    >>> rows = ops.convert_to_tensor([[0.0], [1.0]])
    >>> mixed = Mixup()(rows, ops.array([0.75, 0.75]), ops.array([1, 0]))
    >>> [float(value) for value in mixed[:, 0]]
    [0.25, 0.75]

    Reference: Zhang et al., mixup, https://arxiv.org/abs/1710.09412
    """

    def __init__(self, **kwargs):
        # A waveform keeps its full precision where the policy is mixed.
        super().__init__(autocast=False, **kwargs)

    def call(self, inputs, mix_weight, mix_partner):
        partners = ops.take(inputs, mix_partner, axis=0)
        return self.blend(inputs, mix_weight, partners)

    def blend(self, inputs, mix_weight, partners):
        """Rows mixed with those of another tensor of the same shape."""
        shape = (-1,) + (1,) * (len(inputs.shape) - 1)
        weight = ops.reshape(ops.cast(mix_weight, inputs.dtype), shape)
        return weight * inputs + (1.0 - weight) * partners

    def compute_output_spec(self, inputs, mix_weight, mix_partner):
        return keras.KerasTensor(inputs.shape, inputs.dtype)
