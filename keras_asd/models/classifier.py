"""Classifier of machines, the auxiliary task of the training."""

import keras

from keras_asd.checks import check_choice
from keras_asd.composite import Composite
from keras_asd.layers import Mixup
from keras_asd.models.draws import check_draws
from keras_asd.models.draws import check_training_data
from keras_asd.models.sizes import read_embedding_dim
from keras_asd.models.sizes import read_samples
from keras_asd.presets import MIX_POSITIONS


@keras.saving.register_keras_serializable(package="keras_asd")
class Classifier(Composite, keras.Model):
    """An embedder and its head, with mixup inside while training.

    A loss with a scale that adapts, such as `AdaCos(scale="adaptive")`, is
    adapted before every training step, and in no evaluation; `scale` in the
    logs tells where it is. A saved classifier goes on from there; a file of
    `save_weights` holds the weights alone.

    Args:
        embedder: `Embedder`, or any `keras.Model` from waveforms
            `(batch, samples)` to vectors `(batch, embedding_dim)` with
            `mix_position="waveform"`. One without a fixed input shape is
            built by the first batch.
        head: Layer from embeddings to cosines, such as `ClassCosine`.
        mix_position: What is mixed: `"waveform_and_log_mel"` (the released
            code: both separately, before Tgram and attention), `"features"`
            (the paper: the stacked image) or `"waveform"`.

    Call arguments:
        inputs: Waveforms `(batch, samples)`; or a dict of `waveform`,
            `mix_weight` `(batch,)` and `partner_waveform` `(batch, samples)`,
            the clips to mix with: a row of it is mixed alike in whatever batch
            and order `fit` takes it. Batches that are drawn whole may have
            `mix_partner` `(1, batch)` instead, integers that count the rows of
            that batch. Without `mix_weight` nothing is mixed.

    Output shape: cosines `(batch, num_classes)`, or what else the head gives.

    Raises:
        ValueError: For a mix position that is unknown, or that the embedder
            does not have, an embedder that does not give vectors, or a
            `mix_partner` that is given row by row.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models.embedder import Embedder
    >>> classifier = Classifier(
    ...     Embedder(samples=16_000, width=0.25), ClassCosine(3)
    ... )
    >>> tuple(classifier(keras.ops.zeros((2, 16_000))).shape)
    (2, 3)

    Reference: Choi & Choi, https://ieeexplore.ieee.org/document/10447764
    """

    parts = ("embedder", "head")

    def __init__(
        self, embedder, head, mix_position="waveform_and_log_mel", **kwargs
    ):
        super().__init__(autocast=False, **kwargs)
        check_choice("mix_position", mix_position, MIX_POSITIONS)
        if mix_position != "waveform" and not hasattr(embedder, "stack"):
            raise ValueError(
                f"`mix_position` {mix_position!r} needs an embedder that "
                "stacks a waveform and its log-Mel. Received: "
                f"embedder={type(embedder).__name__}. Any embedder takes "
                '`mix_position="waveform"`.'
            )
        self.embedder = embedder
        self.head = head
        self.mix_position = mix_position
        self.mixup = Mixup(name="mixup")
        samples = read_samples(embedder)
        if samples is not None or hasattr(embedder, "embedding_dim"):
            self.build((None, samples))

    def build(self, input_shape):
        if isinstance(input_shape, dict):
            input_shape = input_shape["waveform"]
        if not self.head.built:
            dim = read_embedding_dim(self.embedder, input_shape[-1])
            self.head.build((None, dim))
        self.built = True

    def call(self, inputs, training=None):
        if not isinstance(inputs, dict):
            return self.head(self.embedder(inputs, training=training))
        waveform = inputs["waveform"]
        if "mix_weight" not in inputs:
            return self.head(self.embedder(waveform, training=training))
        check_draws(inputs)

        def mix(transform):
            return self._mix(inputs, transform)

        if self.mix_position == "waveform":
            clips = mix(lambda clips: clips)
            return self.head(self.embedder(clips, training=training))
        front_end, stack = self.embedder.front_end, self.embedder.stack
        if self.mix_position == "features":
            image = mix(lambda clips: stack(clips, front_end(clips)))
        else:
            image = stack(mix(lambda clips: clips), mix(front_end))
        return self.head(self.embedder.backbone(image, training=training))

    def _mix(self, inputs, transform):
        rows, weight = transform(inputs["waveform"]), inputs["mix_weight"]
        if "partner_waveform" in inputs:
            partners = transform(inputs["partner_waveform"])
            return self.mixup.blend(rows, weight, partners)
        return self.mixup(rows, weight, inputs["mix_partner"][0])

    def fit(self, x=None, y=None, *args, class_weight=None, **kwargs):
        check_training_data(x, y, class_weight)
        return super().fit(x, y, *args, class_weight=class_weight, **kwargs)

    def compute_loss(
        self, x=None, y=None, y_pred=None, sample_weight=None, training=True
    ):
        if hasattr(self.loss, "adapt"):
            self.loss.is_adapted = True
            if training:
                self.loss.adapt(y, y_pred)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    @property
    def metrics(self):
        """The metrics of any model, and the scale where the loss adapts it."""
        return [*super().metrics, *getattr(self.loss, "metrics", [])]

    def get_config(self):
        return {**super().get_config(), "mix_position": self.mix_position}
