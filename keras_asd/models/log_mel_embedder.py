"""Base class of embedders with a spectrogram front-end."""

import keras
from keras import ops

from keras_asd.composite import Composite
from keras_asd.layers import LogMelSpectrogram
from keras_asd.models.clip_windows import as_clips
from keras_asd.models.sizes import read_axes
from keras_asd.models.sizes import read_log_mel_shape


@keras.saving.register_keras_serializable(package="keras_asd")
class LogMelEmbedder(Composite, keras.Model):
    """Embedder with a front-end from waveforms to spectrograms.

    `embed(represent(waveform))` is the embedding. A subclass defines `embed`
    and sets `embedding_dim`; it finds the front-end in `front_end`, and what
    that gives in `log_mel_shape`, `(frames, mel_bins)`, and `num_mel_bins`.

    Args:
        preset: String, settings of the default front-end, `"code"` or
            `"paper"`; see `LogMelSpectrogram`.
        samples: Integer, length of the waveform. Defaults to 10 s.
        sampling_rate: Integer, Hz.
        num_mel_bins: Integer, Mel bands of the default front-end.
        frame_length: Integer, samples, of the default front-end; the
            preset's if `None`.
        frame_step: Integer, samples, of the default front-end; the preset's
            if `None`.
        front_end: Keras layer from waveforms `(batch, samples)` to
            spectrograms `(batch, frames, mel_bins)`, trained where it has
            weights. A `LogMelSpectrogram` of the arguments above if `None`.
            Networks are scaled for decibels. Under a half-precision policy
            give it `dtype="float32"`.
        **kwargs: `name` and `dtype` of `keras.Model`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`.

    Raises:
        ValueError: For a front-end that gives anything else, or a waveform
            of another length.

    >>> class MeanLevels(LogMelEmbedder):
    ...     embedding_dim = 8
    ...     def embed(self, representations, training=None):
    ...         return ops.mean(representations["log_mel"], axis=1)
    >>> embedder = MeanLevels(samples=16_000, num_mel_bins=8)
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 8)
    """

    parts = ("front_end",)

    def __init__(
        self,
        preset="code",
        samples=160_000,
        sampling_rate=16_000,
        num_mel_bins=128,
        frame_length=None,
        frame_step=None,
        front_end=None,
        **kwargs,
    ):
        # The front-end needs the waveform in full precision.
        super().__init__(autocast=False, **kwargs)
        self.preset = preset
        self.samples = samples
        self.sampling_rate = sampling_rate
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.has_default_front_end = front_end is None
        if front_end is None:
            front_end = LogMelSpectrogram(
                preset=preset,
                sampling_rate=sampling_rate,
                num_mel_bins=num_mel_bins,
                frame_length=frame_length,
                frame_step=frame_step,
                name="front_end",
            )
        self.front_end = front_end
        self.log_mel_shape = read_log_mel_shape(front_end, samples)
        self.num_mel_bins = self.log_mel_shape[1]

    def represent(self, waveform):
        """Dict of `log_mel`, `(batch, frames, mel_bins)`, in dB."""
        return {"log_mel": self.front_end(waveform)}

    def neutral(self, representations):
        """Values of masked cells: each band's mean over time."""
        return {
            name: ops.broadcast_to(
                ops.mean(values, axis=1, keepdims=True), ops.shape(values)
            )
            for name, values in representations.items()
        }

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        if name != "log_mel":
            raise ValueError(
                "`name` must be 'log_mel', all that this embedder computes. "
                f"Received: name={name!r}."
            )
        return read_axes(self.front_end, self.samples)

    def embed(self, representations, training=None):
        """Embedding `(batch, embedding_dim)` of what `represent` gave."""
        raise NotImplementedError(
            f"{type(self).__name__} must define `embed`, from the log-Mel "
            "spectrogram to the embedding."
        )

    def call(self, waveform, training=None):
        waveform = as_clips(waveform, self.samples)
        return self.embed(self.represent(waveform), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)

    def get_config(self):
        config = {
            **super().get_config(),
            "preset": self.preset,
            "samples": self.samples,
            "sampling_rate": self.sampling_rate,
            "num_mel_bins": self.num_mel_bins,
            "frame_length": self.frame_length,
            "frame_step": self.frame_step,
        }
        if self.has_default_front_end:
            config["front_end"] = None
        return config
