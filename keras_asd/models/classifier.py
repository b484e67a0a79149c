"""The auxiliary task: which machine is it?"""

import keras

from keras_asd.layers import Mixup
from keras_asd.presets import MIX_POSITIONS


@keras.saving.register_keras_serializable(package="keras_asd")
class Classifier(keras.Model):
    """An embedder and its head, with mixup inside while training.

    Args:
        embedder: An `Embedder`.
        head: A layer from embeddings to cosines, such as `ClassCosine`.
        mix_position: What is mixed: `"waveform_and_log_mel"` (the released
            code: both separately, before Tgram and attention), `"features"`
            (the paper: the stacked image) or `"waveform"`.

    Call arguments:
        inputs: Waveforms `(batch, samples)`; or a dict of `waveform`,
            `mix_weight` `(batch,)` and `mix_partner` `(batch,)`, integers.
            Without the latter two nothing is mixed.

    Output shape: cosines `(batch, num_classes)`.

    Raises:
        ValueError: For an unknown mix position.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models.embedder import Embedder
    >>> classifier = Classifier(
    ...     Embedder(samples=16_000, width=0.25), ClassCosine(3)
    ... )
    >>> tuple(classifier(keras.ops.zeros((2, 16_000))).shape)
    (2, 3)

    Reference: Choi & Choi, https://ieeexplore.ieee.org/document/10447764
    """

    def __init__(
        self, embedder, head, mix_position="waveform_and_log_mel", **kwargs
    ):
        super().__init__(autocast=False, **kwargs)
        if mix_position not in MIX_POSITIONS:
            raise ValueError(
                "`mix_position` must be one of "
                f"{', '.join(map(repr, MIX_POSITIONS))}. "
                f"Received: mix_position={mix_position!r}."
            )
        self.embedder = embedder
        self.head = head
        self.mix_position = mix_position
        self.mixup = Mixup(name="mixup")
        self.build(None)

    def build(self, input_shape):
        if not self.head.built:
            self.head.build((None, self.embedder.embedding_dim))
        self.built = True

    def call(self, inputs, training=None):
        if not isinstance(inputs, dict):
            return self.head(self.embedder(inputs, training=training))
        waveform = inputs["waveform"]
        if "mix_weight" not in inputs:
            return self.head(self.embedder(waveform, training=training))
        image = self._mixed_image(
            waveform, inputs["mix_weight"], inputs["mix_partner"]
        )
        return self.head(self.embedder.backbone(image, training=training))

    def _mixed_image(self, waveform, mix_weight, mix_partner):
        embedder = self.embedder

        def mix(tensor):
            return self.mixup(tensor, mix_weight, mix_partner)

        if self.mix_position == "features":
            image = embedder.stack(waveform, embedder.front_end(waveform))
            return mix(image)
        if self.mix_position == "waveform":
            mixed = mix(waveform)
            return embedder.stack(mixed, embedder.front_end(mixed))
        log_mel = embedder.front_end(waveform)
        return embedder.stack(mix(waveform), mix(log_mel))

    def get_config(self):
        return {
            **super().get_config(),
            "embedder": keras.saving.serialize_keras_object(self.embedder),
            "head": keras.saving.serialize_keras_object(self.head),
            "mix_position": self.mix_position,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for name in ("embedder", "head"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)
