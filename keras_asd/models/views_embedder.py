"""Embedder of several views of a clip, without training."""

import keras
from keras import ops

from keras_asd.layers import EnvelopeLines
from keras_asd.layers import LogMelPercentiles
from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import ViewWhitening
from keras_asd.models.sizes import read_axes
from keras_asd.models.statistics_embedder import StatisticsEmbedder

ENVELOPE_FRAME_SECONDS = 0.008
ENVELOPE_STEP_SECONDS = 0.002
ENVELOPE_BANDS = 16


@keras.saving.register_keras_serializable(package="keras_asd")
class ViewsEmbedder(StatisticsEmbedder):
    """Three views of a clip in a row; nothing is trained.

    - the statistics of `StatisticsEmbedder`, whitened;
    - percentiles of each band over time, whitened;
    - lines in the spectrum of the envelope, from 1 Hz to 250 Hz; see
      `EnvelopeLines`. They are computed from a second spectrogram with frames
      of 8 ms every 2 ms, `envelope` of `represent`.

    `ViewSum` scores each of them, by the lengths in `dims`.

    Args:
        **kwargs: Arguments of `StatisticsEmbedder`, but for
            `num_components`: all are kept.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, sum(dims))`.

    Raises:
        ValueError: As `StatisticsEmbedder`.

    >>> import numpy as np
    >>> embedder = ViewsEmbedder(samples=16_000)
    >>> noise = np.random.default_rng(0).normal(0.0, 0.1, (5, 16_000))
    >>> embedder.fit(np.array(embedder.statistics(noise)))
    >>> embedder.dims, tuple(embedder(noise).shape)
    ([256, 96, 1148], (5, 1500))
    """

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "num_components": None})

    def _add_views(self, is_fitted):
        rate = self.sampling_rate
        step = round(ENVELOPE_STEP_SECONDS * rate)
        self.percentiles = LogMelPercentiles(
            level=self.level, name="percentiles"
        )
        self.envelope = LogMelSpectrogram(
            preset="paper",
            sampling_rate=rate,
            num_mel_bins=ENVELOPE_BANDS,
            frame_length=round(ENVELOPE_FRAME_SECONDS * rate),
            frame_step=step,
            name="envelope",
        )
        self.lines = EnvelopeLines(rate / step, name="lines")
        shapes = [
            self.pooling.compute_output_shape((None, *self.log_mel_shape)),
            self.percentiles.compute_output_shape((None, *self.log_mel_shape)),
            self.lines.compute_output_shape((None, None, ENVELOPE_BANDS)),
        ]
        self.dims = [shape[-1] for shape in shapes]
        return ViewWhitening(self.dims[:2], is_fitted, name="whitening")

    def represent(self, waveform):
        """Dict of `log_mel` and `envelope`, `(batch, frames, bands)` in dB."""
        return {
            **super().represent(waveform),
            "envelope": self.envelope(waveform),
        }

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        if name == "envelope":
            return read_axes(self.envelope, self.samples)
        return super().axes(name)

    def measure(self, representations):
        """The views `(batch, sum(dims))` before whitening."""
        log_mel = representations["log_mel"]
        views = [
            self.pooling(log_mel),
            self.percentiles(log_mel),
            self.lines(representations["envelope"]),
        ]
        return ops.concatenate(views, axis=-1)

    def get_config(self):
        config = super().get_config()
        config.pop("num_components")
        return config
