"""What all embedders of nothing but the log-Mel spectrogram do alike."""

import keras
from keras import ops

from keras_asd.models.waveform_length import as_clips


@keras.saving.register_keras_serializable(package="keras_asd")
class LogMelEmbedder(keras.Model):
    """An embedder that computes a log-Mel spectrogram and nothing else.

    A subclass sets `samples`, `front_end` (a `LogMelSpectrogram`) and
    `embedding_dim`, and says in `embed` what becomes of the spectrogram.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`.

    Raises:
        ValueError: For a waveform of another length.

    >>> from keras_asd.layers import LogMelSpectrogram
    >>> class MeanLevels(LogMelEmbedder):
    ...     samples, embedding_dim = 16_000, 8
    ...     def build(self, input_shape):
    ...         self.front_end = LogMelSpectrogram(num_mel_bins=8)
    ...     def embed(self, representations, training=None):
    ...         return ops.mean(representations["log_mel"], axis=1)
    >>> tuple(MeanLevels()(ops.zeros((2, 16_000))).shape)
    (2, 8)
    """

    def represent(self, waveform):
        """Dict of `log_mel`, `(batch, frames, num_mel_bins)`, in dB."""
        return {"log_mel": self.front_end(waveform)}

    def neutral(self, representations):
        """What masked cells are filled with: each band's mean over time."""
        log_mel = representations["log_mel"]
        mean = ops.mean(log_mel, axis=1, keepdims=True)
        return {"log_mel": ops.broadcast_to(mean, ops.shape(log_mel))}

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        if name != "log_mel":
            raise ValueError(
                "`name` must be 'log_mel', all that this embedder computes. "
                f"Received: name={name!r}."
            )
        return self.front_end.axes(self.samples)

    def embed(self, representations, training=None):
        """Embedding `(batch, embedding_dim)` of what `represent` gave."""
        raise NotImplementedError(
            f"{type(self).__name__} must say in `embed` what becomes of the "
            "log-Mel spectrogram."
        )

    def call(self, waveform, training=None):
        waveform = as_clips(waveform, self.samples)
        return self.embed(self.represent(waveform), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)
