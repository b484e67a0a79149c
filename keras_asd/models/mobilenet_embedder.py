"""From a waveform to an embedding: the MobileNetV2 baseline."""

import keras
from keras import ops

from keras_asd.layers import LogMelSpectrogram
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
    Only whole frames count, none that reaches beyond the window: it has the
    frames that the same place of a longer clip has. With `ClassLogits` as
    head it is the baseline's classifier. Windows of a longer clip are cut by
    `AnomalyDetector`.

    Two things are our own: decibels enter as `(dB + 30) / 30`, about
    `[-1, 1]`, only for the conditioning; and normalisations follow their
    batches with a momentum of 0.9, since Keras's 0.999 needs thousands of
    steps before inference is what was trained.

    Args:
        preset: Scale and padding of the front-end, `"code"` or `"paper"`;
            see `LogMelSpectrogram`.
        samples: Integer, length of the waveform. Defaults to 64 frames; at
            least 32.
        sampling_rate: Integer, Hz.
        num_mel_bins: Integer, number of Mel bands, at least 32.
        width: Float, factor on the network's channels, its `alpha`.

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
        preset="code",
        samples=33_280,
        sampling_rate=16_000,
        num_mel_bins=128,
        width=0.5,
        **kwargs,
    ):
        # The front-end needs the waveform in full precision.
        super().__init__(autocast=False, **kwargs)
        num_frames = 1 + (samples - FRAME_LENGTH) // FRAME_STEP
        if min(num_frames, num_mel_bins) < LEAST_SIZE:
            raise ValueError(
                f"MobileNetV2 needs {LEAST_SIZE} frames and bands at least. "
                f"Received: samples={samples}, which are {num_frames} whole "
                f"frames, and num_mel_bins={num_mel_bins}. Longer windows "
                "have more frames."
            )
        if not width > 0:
            raise ValueError(
                f"`width` must be positive. Received: width={width}. "
                "0.5 is the baseline's."
            )
        self.preset = preset
        self.samples = samples
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.width = width
        self.num_frames = num_frames
        self.front_end = LogMelSpectrogram(
            preset=preset,
            sampling_rate=sampling_rate,
            num_mel_bins=num_mel_bins,
            frame_length=FRAME_LENGTH,
            frame_step=FRAME_STEP,
            name="front_end",
        )
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
        """Those of the centred frames that do not reach beyond the window."""
        first = FRAME_LENGTH // 2 // FRAME_STEP
        place = (slice(None),) * axis
        return frames[(*place, slice(first, first + self.num_frames))]

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
            "preset": self.preset,
            "samples": self.samples,
            "sampling_rate": self.sampling_rate,
            "num_mel_bins": self.num_mel_bins,
            "width": self.width,
        }
