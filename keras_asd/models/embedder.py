"""From a waveform to an embedding: STgram-MFN and TASTgram-MFN."""

import keras
import numpy as np
from keras import ops

from keras_asd.layers import LogMelSpectrogram
from keras_asd.layers import TemporalAttention
from keras_asd.layers import Tgram
from keras_asd.models.mobile_facenet import MobileFaceNet
from keras_asd.models.waveform_length import as_clips
from keras_asd.presets import CHANNELS


@keras.saving.register_keras_serializable(package="keras_asd")
class Embedder(keras.Model):
    """Waveform in, embedding out; the front-end is part of the model.

    The defaults are TASTgram-MFN; `channels=("tgram", "log_mel")` is
    STgram-MFN. In steps: `front_end(waveform)` gives the log-Mel,
    `stack(waveform, log_mel)` the image, `backbone(image)` the embedding.
    In the two steps of every embedder: `embed(represent(waveform))`.

    Args:
        preset: Front-end, `"code"` or `"paper"`; see `LogMelSpectrogram`.
        samples: Integer, length of the waveform. Defaults to 10 s.
        sampling_rate: Integer, Hz.
        channels: Tuple out of `"tgram"`, `"log_mel"`, `"attended"`, in the
            order in which they are stacked.
        gate: `"raw"` or `"standardized"`; see `TemporalAttention`.
        stages: `"short"` or `"original"`; see `MobileFaceNet`.
        num_mel_bins: Integer, number of Mel bands and of Tgram filters.
        embedding_dim: Integer.
        width: Float, factor on the backbone's channels.
        is_folded: Boolean, for inference; see `fold`.
        has_steep_slopes: Boolean; see `ConvolutionBlock`.
        has_projection: Boolean, whether the backbone ends in a dense layer
            without bias and a normalisation: the encoder of CLP-SCF.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`.

    Raises:
        ValueError: For unknown channels, or a waveform of another length.

    >>> embedder = Embedder(samples=16_000, width=0.25)
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 128)

    References: Choi & Choi, https://ieeexplore.ieee.org/document/10447764;
    Liu et al., STgram-MFN, https://arxiv.org/abs/2201.05510
    """

    def __init__(
        self,
        preset="code",
        samples=160_000,
        sampling_rate=16_000,
        channels=CHANNELS,
        gate="raw",
        stages="short",
        num_mel_bins=128,
        embedding_dim=128,
        width=1.0,
        is_folded=False,
        has_steep_slopes=True,
        has_projection=False,
        **kwargs,
    ):
        # The front-end needs the waveform in full precision.
        super().__init__(autocast=False, **kwargs)
        self.channels = tuple(channels)
        if not self.channels or set(self.channels) - set(CHANNELS):
            raise ValueError(
                f"`channels` must be some of {', '.join(map(repr, CHANNELS))}. "
                f"Received: channels={self.channels}."
            )
        self.preset = preset
        self.samples = samples
        self.sampling_rate = sampling_rate
        self.gate = gate
        self.stages = stages
        self.num_mel_bins = num_mel_bins
        self.embedding_dim = embedding_dim
        self.width = width
        self.is_folded = is_folded
        self.has_steep_slopes = has_steep_slopes
        self.has_projection = has_projection
        policy = self.dtype_policy
        self.front_end = LogMelSpectrogram(
            preset=preset,
            sampling_rate=sampling_rate,
            num_mel_bins=num_mel_bins,
            name="front_end",
        )
        self.tgram = (
            Tgram(num_mel_bins, dtype=policy, name="tgram")
            if "tgram" in self.channels
            else None
        )
        self.attention = TemporalAttention(
            gate, dtype="float32", name="attention"
        )
        self.backbone = MobileFaceNet(
            stages,
            embedding_dim,
            width,
            is_folded,
            has_steep_slopes,
            has_projection,
            dtype=policy,
            name="backbone",
        )
        self.build((None, samples))

    def build(self, input_shape):
        if self.backbone.built:
            return
        shape = (None, self.samples)
        frames = self.front_end.compute_output_shape(shape)[1]
        if self.tgram is not None:
            self.tgram.build(shape)
        self.backbone.build(
            (None, frames, self.num_mel_bins, len(self.channels))
        )
        self.built = True

    def stack(self, waveform, log_mel):
        """Image `(batch, frames, mel_bins, channels)` for the backbone."""
        representations = {"log_mel": log_mel}
        if self.tgram is not None:
            representations["tgram"] = self.tgram(waveform)
        return self._image(representations)

    def _image(self, representations):
        made = dict(representations)
        if "attended" in self.channels:
            made["attended"] = self.attention(made["log_mel"])
        dtype = self.compute_dtype
        return ops.stack(
            [ops.cast(made[name], dtype) for name in self.channels], axis=-1
        )

    def represent(self, waveform):
        """What the channels are made of: `log_mel`, and `tgram` if used.

        Each is `(batch, frames, mel_bins)`; see `embed`.
        """
        representations = {"log_mel": self.front_end(waveform)}
        if self.tgram is not None:
            representations["tgram"] = self.tgram(waveform)
        return representations

    def neutral(self, representations):
        """What a masked part becomes: each clip's mean over time."""
        return {
            name: ops.broadcast_to(
                ops.mean(values, axis=1, keepdims=True), ops.shape(values)
            )
            for name, values in representations.items()
        }

    def axes(self, name):
        """Label and values of every axis of one clip's representation."""
        time, frequency = self.front_end.axes(self.samples)
        if name == "tgram":
            return (time, ("filter", np.arange(self.num_mel_bins)))
        return (time, frequency)

    def embed(self, representations, training=None):
        """Embeddings of what `represent` gave; the attention is in here."""
        return self.backbone(self._image(representations), training=training)

    def call(self, waveform, training=None):
        waveform = as_clips(waveform, self.samples)
        return self.embed(self.represent(waveform), training=training)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.embedding_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "preset": self.preset,
            "samples": self.samples,
            "sampling_rate": self.sampling_rate,
            "channels": self.channels,
            "gate": self.gate,
            "stages": self.stages,
            "num_mel_bins": self.num_mel_bins,
            "embedding_dim": self.embedding_dim,
            "width": self.width,
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
            "has_projection": self.has_projection,
        }
