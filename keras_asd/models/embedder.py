"""STgram-MFN and TASTgram-MFN, embedders of one backbone."""

import keras
import numpy as np
from keras import ops

from keras_asd.checks import check_choices
from keras_asd.layers import TemporalAttention
from keras_asd.layers import Tgram
from keras_asd.models.log_mel_embedder import LogMelEmbedder
from keras_asd.models.mobile_facenet import MobileFaceNet
from keras_asd.presets import CHANNELS


@keras.saving.register_keras_serializable(package="keras_asd")
class Embedder(LogMelEmbedder):
    """Embeddings of waveforms by Tgram, log-Mel and MobileFaceNet.

    The defaults are TASTgram-MFN; `channels=("tgram", "log_mel")` is
    STgram-MFN. In steps: `front_end(waveform)` gives the log-Mel,
    `stack(waveform, log_mel)` the image, `backbone(image)` the embedding.
    In the two steps of every embedder: `embed(represent(waveform))`.

    Args:
        channels: Tuple out of `"tgram"`, `"log_mel"`, `"attended"`, in the
            order in which they are stacked.
        gate: `"raw"` or `"standardized"`; see `TemporalAttention`.
        stages: `"short"` or `"original"`; see `MobileFaceNet`.
        embedding_dim: Integer.
        width: Float, factor on the backbone's channels.
        is_folded: Boolean, for inference; see `fold`.
        has_steep_slopes: Boolean; see `ConvolutionBlock`.
        has_projection: Boolean, whether the backbone ends in a dense layer
            without bias and a normalisation: the encoder of CLP-SCF.
        **kwargs: Arguments of `LogMelEmbedder`, among them `samples`,
            `sampling_rate` and `front_end`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)`.

    Raises:
        ValueError: For unknown channels, a front-end whose frames are not
            as many as those of the Tgram, or a waveform of another length.

    >>> embedder = Embedder(samples=16_000, width=0.25)
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 128)

    References: Choi & Choi, https://ieeexplore.ieee.org/document/10447764;
    Liu et al., STgram-MFN, https://arxiv.org/abs/2201.05510
    """

    def __init__(
        self,
        channels=CHANNELS,
        gate="raw",
        stages="short",
        embedding_dim=128,
        width=1.0,
        is_folded=False,
        has_steep_slopes=True,
        has_projection=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.channels = tuple(channels)
        check_choices("channels", self.channels, CHANNELS)
        self.gate = gate
        self.stages = stages
        self.embedding_dim = embedding_dim
        self.width = width
        self.is_folded = is_folded
        self.has_steep_slopes = has_steep_slopes
        self.has_projection = has_projection
        policy = self.dtype_policy
        self.tgram = None
        if "tgram" in self.channels:
            self.tgram = Tgram(self.num_mel_bins, dtype=policy, name="tgram")
            self._check_frames(self.tgram)
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
        self.build((None, self.samples))

    def _check_frames(self, tgram):
        shape = tgram.compute_output_shape((None, self.samples))
        if shape[1:] != self.log_mel_shape:
            raise ValueError(
                "`front_end` must give as many frames as the channel 'tgram'. "
                f"Received: {self.log_mel_shape[0]} frames, and {shape[1]} of "
                f"'tgram', {tgram.frame_step} samples apart. Leave "
                "'tgram' out of `channels`."
            )

    def build(self, input_shape):
        if self.backbone.built:
            return
        if self.tgram is not None:
            self.tgram.build((None, self.samples))
        self.backbone.build((None, *self.log_mel_shape, len(self.channels)))
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
        representations = super().represent(waveform)
        if self.tgram is not None:
            representations["tgram"] = self.tgram(waveform)
        return representations

    def axes(self, name):
        """Label and values of each axis of the representation `name`."""
        if name != "tgram":
            return super().axes(name)
        time, _ = super().axes("log_mel")
        return (time, ("filter", np.arange(self.num_mel_bins)))

    def embed(self, representations, training=None):
        """Embeddings of what `represent` gave; the attention is in here."""
        return self.backbone(self._image(representations), training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "gate": self.gate,
            "stages": self.stages,
            "embedding_dim": self.embedding_dim,
            "width": self.width,
            "is_folded": self.is_folded,
            "has_steep_slopes": self.has_steep_slopes,
            "has_projection": self.has_projection,
        }
