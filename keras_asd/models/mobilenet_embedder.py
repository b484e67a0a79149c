"""MobileNetV2 embedder, the classifier baseline of DCASE 2021."""

import keras
import numpy as np
from keras import ops

from keras_asd.models.log_mel_embedder import LogMelEmbedder
from keras_asd.presets import NORM_MOMENTUM

FRAME_LENGTH = 1024
FRAME_STEP = 512
# Most of the log-Mel of a machine lies between -60 and 0 dB.
MIDDLE_DB = -30.0
SPREAD_DB = 30.0
LEAST_SIZE = 32


@keras.saving.register_keras_serializable(package="keras_asd")
class MobileNetEmbedder(LogMelEmbedder):
    """MobileNetV2 of Keras over one window of a log-Mel spectrogram.

    The defaults are the classifier baseline of DCASE 2021: 64 frames of 1024
    samples, 512 apart, 128 bands on Slaney's scale, the channel tripled.
    Of the default front-end only whole frames count, none that reaches
    beyond the window, so that a window has the frames that a longer clip has
    there. With `ClassLogits` as head it is the baseline's classifier.
    `AnomalyDetector` cuts longer clips into windows.

    Two things differ from the baseline: decibels enter as `(dB + 30) / 30`,
    about `[-1, 1]`, for the conditioning alone; and the momentum of the
    normalisations is 0.9, since Keras's 0.999 needs thousands of steps
    before inference is what was trained.

    Args:
        width: Float, factor on the network's channels, its `alpha`.
        samples: Integer, length of the waveform. Defaults to 64 frames; at
            least 32.
        frame_length: Integer, samples, of the default front-end.
        frame_step: Integer, samples, of the default front-end.
        **kwargs: Arguments of `LogMelEmbedder`, among them `samples`,
            `sampling_rate` and `front_end`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`: 1280, or `1280 * width` if wider.

    Raises:
        ValueError: For an image or a width that is too small, or a waveform
            of another length.

    >>> embedder = MobileNetEmbedder(samples=17_000, num_mel_bins=32)
    >>> tuple(embedder(ops.zeros((2, 17_000))).shape)
    (2, 1280)

    References: Giri et al., Self-Supervised Classification for Detecting
    Anomalous Sounds, DCASE Workshop 2020; Kawaguchi et al.,
    https://arxiv.org/abs/2106.04492; Sandler et al., MobileNetV2,
    https://arxiv.org/abs/1801.04381
    """

    def __init__(
        self,
        width=0.5,
        samples=33_280,
        frame_length=FRAME_LENGTH,
        frame_step=FRAME_STEP,
        **kwargs,
    ):
        super().__init__(
            samples=samples,
            frame_length=frame_length,
            frame_step=frame_step,
            **kwargs,
        )
        frames = np.arange(self.log_mel_shape[0])
        self.num_frames = len(self._whole_frames(frames, axis=0))
        if min(self.num_frames, self.num_mel_bins) < LEAST_SIZE:
            raise ValueError(
                f"MobileNetV2 needs {LEAST_SIZE} frames and bands at least. "
                f"Received: samples={samples}, which are {self.num_frames} "
                f"whole frames, and num_mel_bins={self.num_mel_bins}. Longer "
                "windows have more frames."
            )
        if not width > 0:
            raise ValueError(
                f"`width` must be positive. Received: width={width}. "
                "0.5 is the baseline's."
            )
        self.width = width
        self.backbone = self._make_backbone()
        self.embedding_dim = self.backbone.output_shape[-1]
        self.build((None, samples))

    def _make_backbone(self):
        # Its layers take their precision from the global policy alone.
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(self.dtype_policy)
        try:
            backbone = keras.applications.MobileNetV2(
                input_shape=(self.num_frames, self.num_mel_bins, 3),
                alpha=self.width,
                include_top=False,
                weights=None,
                pooling="avg",
                name="backbone",
            )
        finally:
            keras.config.set_dtype_policy(before)
        for layer in backbone.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = NORM_MOMENTUM
        return backbone

    def build(self, input_shape):
        self.built = True

    def represent(self, waveform):
        """Dict of `log_mel`, `(batch, num_frames, num_mel_bins)`, in dB."""
        return {"log_mel": self._whole_frames(self.front_end(waveform))}

    def _whole_frames(self, frames, axis=1):
        """Those of the default's frames that lie within the waveform."""
        if not self.has_default_front_end:
            return frames
        length, step = self.frame_length, self.frame_step
        first = -(-(length // 2) // step)
        end = first + max(1 + (self.samples - length) // step, 0)
        before = (slice(None),) * axis
        return frames[(*before, slice(first, end))]

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        (label, seconds), frequency = super().axes(name)
        return ((label, self._whole_frames(seconds, axis=0)), frequency)

    def embed(self, representations, training=None):
        """Embedding `(batch, embedding_dim)` of what `represent` gave."""
        image = (representations["log_mel"] - MIDDLE_DB) / SPREAD_DB
        image = ops.stack([image, image, image], axis=-1)
        return self.backbone(image, training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "width": self.width,
        }
