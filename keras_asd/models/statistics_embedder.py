"""Embedder of whitened log-Mel statistics, without training."""

import keras

from keras_asd.layers import LogMelStatistics
from keras_asd.layers import Whitening
from keras_asd.models.log_mel_embedder import LogMelEmbedder

FRAME_SECONDS = 0.032
STEP_SECONDS = 0.016


@keras.saving.register_keras_serializable(package="keras_asd")
class StatisticsEmbedder(LogMelEmbedder):
    """Whitened statistics of the log-Mel spectrogram; nothing is trained.

    For folders of few normal clips: `fit` takes what `statistics` gives for
    them, and from then on the Euclidean distance of two embeddings is a
    Mahalanobis distance of what the clips are like. Bands of frequency are
    wide and frames short (32 ms every 16 ms): few numbers a clip, and a
    modulation spectrum up to 31 Hz. Always computed in float32.

    Args:
        num_modulation_bands: Integer, bands of the modulation spectrum from
            1 Hz to 31 Hz; see `LogMelStatistics`.
        level: `"removed"`, where loudness carries no information, or `"kept"`.
        num_components: Integer, size of the embedding, at most: the
            directions of the largest variance. All of them if `None`.
        is_fitted: Whether the weights come from a `fit`; for configurations
            that are loaded, `fit` sets it.
        preset: String, settings of the default front-end.
        sampling_rate: Integer, Hz.
        num_mel_bins: Integer, Mel bands of the default front-end.
        frame_length: Integer, samples; 32 ms if `None`.
        frame_step: Integer, samples; 16 ms if `None`.
        **kwargs: Arguments of `LogMelEmbedder`, among them `samples`
            and `front_end`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, num_components)`.

    Raises:
        ValueError: For a call before `fit`, a waveform of another length,
            or one of less than a frame.

    >>> import numpy as np
    >>> embedder = StatisticsEmbedder(samples=16_000, num_components=8)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 16_000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> tuple(embedder(noise).shape)
    (5, 8)
    """

    def __init__(
        self,
        num_modulation_bands=6,
        level="removed",
        num_components=None,
        is_fitted=False,
        preset="paper",
        sampling_rate=16_000,
        num_mel_bins=32,
        frame_length=None,
        frame_step=None,
        **kwargs,
    ):
        frame_length = frame_length or round(FRAME_SECONDS * sampling_rate)
        frame_step = frame_step or round(STEP_SECONDS * sampling_rate)
        super().__init__(
            preset=preset,
            sampling_rate=sampling_rate,
            num_mel_bins=num_mel_bins,
            frame_length=frame_length,
            frame_step=frame_step,
            **{"dtype": "float32", **kwargs},
        )
        if self.has_default_front_end and self.samples < frame_length:
            raise ValueError(
                "`samples` must be at least a frame of "
                f"{frame_length / sampling_rate} s. Received: "
                f"samples={self.samples}, sampling_rate={sampling_rate}. "
                "Tile the clips."
            )
        self.num_modulation_bands = num_modulation_bands
        self.level = level
        self.num_components = num_components
        if not self.has_default_front_end:
            frame_step = self.samples / self.log_mel_shape[0]
        self.pooling = LogMelStatistics(
            sampling_rate / frame_step,
            num_modulation_bands,
            level,
            name="pooling",
        )
        self.whitening = self._add_views(is_fitted)
        self.embedding_dim = self.num_components or sum(self.dims)
        self.build((None, self.samples))

    def _add_views(self, is_fitted):
        """Sets `dims`, the length of each view, and returns their whitening."""
        shape = (None, *self.log_mel_shape)
        self.dims = [self.pooling.compute_output_shape(shape)[-1]]
        if self.num_components is not None:
            self.num_components = min(self.num_components, self.dims[0])
        return Whitening(self.num_components, is_fitted, name="whitening")

    def build(self, input_shape):
        if not self.whitening.built:
            self.whitening.build((None, sum(self.dims)))
        self.built = True

    def measure(self, representations):
        """Statistics `(batch, features)` before whitening, in dB."""
        return self.pooling(representations["log_mel"])

    def embed(self, representations, training=None):
        """Embedding `(batch, embedding_dim)` of what `represent` gave."""
        return self.whitening(self.measure(representations))

    def statistics(self, waveform):
        """What `fit` takes: `(batch, features)`, in dB, not whitened."""
        return self.measure(self.represent(waveform))

    def fit(self, statistics, groups=None):
        """Sets the whitening from the statistics of normal clips.

        Args:
            statistics: Array `(clips, features)` of `statistics`.
            groups: Integers `(clips,)`, such as the section of each clip:
                differences between groups are then no spread.

        Raises:
            ValueError: As `Whitening.fit`.
        """
        self.whitening.fit(statistics, groups)

    def get_config(self):
        return {
            **super().get_config(),
            "num_modulation_bands": self.num_modulation_bands,
            "level": self.level,
            "num_components": self.num_components,
            "is_fitted": self.whitening.is_fitted,
        }
