"""Normalising flow: log-densities of images."""

import math

import keras
from keras import ops

from keras_asd.checks import check_counts
from keras_asd.layers import ActNorm
from keras_asd.layers import AffineCoupling
from keras_asd.layers import InvertibleMixing

NUM_LAYERS = 3


@keras.saving.register_keras_serializable(package="keras_asd")
class Flow(keras.layers.Layer):
    """Glow with affine couplings: negative log-density of images, in parts.

    An invertible network turns the image into independent standard normal
    numbers. Each of its blocks first squeezes squares of 2 x 2 pixels into
    one of four times the channels, then takes steps of `ActNorm`,
    `InvertibleMixing` and `AffineCoupling`; half of the channels are then
    done, and the others go into the next block. Those that are done are
    compared with the same distribution everywhere, where Glow learns one.

    Args:
        num_blocks: Integer. Defaults to `3`.
        num_steps: Integer, steps of each block. Defaults to `12`.
        width: Integer, channels of the couplings' convolutions.

    Input shape: `(batch, frames, mel_bins, channels)`, known but for the
    batch; frames and bins divisible by `2 ** num_blocks`.
    Output shape: `(batch, num_terms)` in float32. The sum is the negative
    log-density, in nats for each number of the image. The last term is less
    the log-determinant, each other one what the values of a channel of a
    block contribute, the first block first.

    Raises:
        ValueError: For a count that is not positive, or an image that cannot
            be squeezed that often.

    >>> import numpy as np
    >>> flow = Flow(num_blocks=1, num_steps=1, width=8)
    >>> flow.build((None, 2, 2, 1))
    >>> tuple(flow(np.zeros((3, 2, 2, 1))).shape)
    (3, 5)

    Reference: Kingma & Dhariwal, Glow, https://arxiv.org/abs/1807.03039
    """

    def __init__(self, num_blocks=3, num_steps=12, width=128, **kwargs):
        super().__init__(autocast=False, **kwargs)
        check_counts(num_blocks=num_blocks, num_steps=num_steps)
        self.num_blocks = num_blocks
        self.num_steps = num_steps
        self.width = width
        self.steps = [
            layer
            for _ in range(num_blocks * num_steps)
            for layer in (
                ActNorm(),
                InvertibleMixing(),
                AffineCoupling(width, dtype=self.dtype_policy),
            )
        ]

    def _layers_of(self, block):
        num_layers = NUM_LAYERS * self.num_steps
        return self.steps[block * num_layers : (block + 1) * num_layers]

    def build(self, input_shape):
        factor = 2**self.num_blocks
        if any(size % factor for size in input_shape[1:3]):
            raise ValueError(
                "Frames and bins must be divisible by 2 ** num_blocks. "
                f"Received: shape {tuple(input_shape)} for "
                f"num_blocks={self.num_blocks}. Take fewer blocks."
            )
        _, frames, bins, channels = input_shape
        self.num_values = frames * bins * channels
        self.num_terms = 1
        for block in range(self.num_blocks):
            frames, bins, channels = frames // 2, bins // 2, 4 * channels
            for layer in self._layers_of(block):
                layer.build((None, frames, bins, channels))
            is_last = block == self.num_blocks - 1
            num_done = channels if is_last else channels // 2
            self.num_terms += num_done
            channels -= num_done

    def normalize(self, image):
        """What the image becomes, and how the volume changes.

        Returns:
            The normal numbers of each block, a list of images, and the
            log-determinant of the Jacobian `(batch,)`.
        """
        image = ops.cast(image, "float32")
        log_determinant = ops.zeros_like(image[:, 0, 0, 0])
        latents = []
        for block in range(self.num_blocks):
            image = squeeze(image)
            for layer in self._layers_of(block):
                image, change = layer(image)
                log_determinant = log_determinant + change
            if block < self.num_blocks - 1:
                done, image = ops.split(image, 2, axis=-1)
                latents.append(done)
        return [*latents, image], log_determinant

    def invert(self, latents):
        """The image that `normalize` gives these normal numbers for."""
        image = latents[-1]
        for block in reversed(range(self.num_blocks)):
            if block < self.num_blocks - 1:
                image = ops.concatenate([latents[block], image], axis=-1)
            for layer in reversed(self._layers_of(block)):
                image = layer.invert(image)
            image = unsqueeze(image)
        return image

    def call(self, image):
        latents, log_determinant = self.normalize(image)
        terms = [
            0.5 * ops.sum(ops.square(latent) + math.log(2 * math.pi), (1, 2))
            for latent in latents
        ]
        terms = ops.concatenate([*terms, -log_determinant[:, None]], axis=-1)
        return terms / self.num_values

    def get_config(self):
        return {
            **super().get_config(),
            "num_blocks": self.num_blocks,
            "num_steps": self.num_steps,
            "width": self.width,
        }


def squeeze(image):
    """Squares of 2 x 2 pixels as one pixel of four times the channels.

    >>> import numpy as np
    >>> image = np.reshape(np.arange(8), (1, 2, 4, 1))
    >>> np.array(squeeze(image))[0, 0].tolist()
    [[0, 1, 4, 5], [2, 3, 6, 7]]
    """
    _, frames, bins, channels = image.shape
    image = ops.reshape(image, (-1, frames // 2, 2, bins // 2, 2 * channels))
    image = ops.transpose(image, (0, 1, 3, 2, 4))
    return ops.reshape(image, (-1, frames // 2, bins // 2, 4 * channels))


def unsqueeze(image):
    """Inverse of `squeeze`.

    >>> import numpy as np
    >>> image = np.reshape(np.arange(8), (1, 2, 4, 1))
    >>> np.array(unsqueeze(squeeze(image)))[0, :, :, 0].tolist()
    [[0, 1, 2, 3], [4, 5, 6, 7]]
    """
    _, frames, bins, channels = image.shape
    image = ops.reshape(image, (-1, frames, bins, 2, channels // 2))
    image = ops.transpose(image, (0, 1, 3, 2, 4))
    return ops.reshape(image, (-1, 2 * frames, 2 * bins, channels // 4))
