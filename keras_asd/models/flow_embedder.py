"""Embedder of a normalising flow over the log-Mel spectrogram."""

from collections.abc import Iterable

import keras
import numpy as np
from keras import ops
from numpy.typing import ArrayLike

from keras_asd.models.flow import Flow
from keras_asd.models.log_mel_embedder import LogMelEmbedder

# dB: what a band that is the same in all clips, say beyond the microphone's
# range, is divided by.
LEAST_SPREAD = 1.0


@keras.saving.register_keras_serializable(package="keras_asd")
class FlowEmbedder(LogMelEmbedder):
    """Negative log-density of a waveform's log-Mel, in terms.

    The log-Mel is standardised band by band, as fitted by
    `fit_standardization`, and cut into windows that cover it evenly;
    a `Flow` says how likely each is. The sum of the embedding is the negative
    log-density of the log-Mel in dB, in nats for each of its numbers, the
    mean over the windows: an anomaly score by itself. With the loss
    `OutlierExposure` it is trained on the clips of one machine, and away from
    those of its siblings.

    The paper says no more than that the flow is Glow with affine couplings:
    front-end, windows and sizes are our choice. Always float32, but for
    the couplings' convolutions, which have the dtype policy.

    Args:
        window_frames: Integer, frames of a window; divisible by
            `2 ** num_blocks`, as the number of Mel bands.
        window_step: Integer, frames from one window to the next, at most:
            there are just as many as it takes to reach the end.
        num_blocks: Integer; see `Flow`.
        num_steps: Integer; see `Flow`.
        width: Integer; see `Flow`.
        frame_length: Integer, samples, of the default front-end.
        **kwargs: Arguments of `LogMelEmbedder`, among them `samples`,
            `sampling_rate` and `front_end`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, embedding_dim)` in float32, the terms of `Flow`.

    Raises:
        ValueError: For clips of less than a window, a step beyond its end,
            windows that cannot be squeezed, or a waveform of another length.

    >>> embedder = FlowEmbedder(
    ...     samples=16_000, num_mel_bins=16, num_blocks=2, num_steps=1, width=8
    ... )
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 11)

    Reference: Dohi et al., https://arxiv.org/abs/2103.08801, the idea.
    """

    def __init__(
        self,
        window_frames=32,
        window_step=16,
        num_blocks=3,
        num_steps=12,
        width=128,
        frame_length=1024,
        **kwargs,
    ):
        super().__init__(frame_length=frame_length, **kwargs)
        self.window_frames = window_frames
        self.window_step = window_step
        self.num_blocks = num_blocks
        self.num_steps = num_steps
        self.width = width
        self.flow = Flow(
            num_blocks, num_steps, width, dtype=self.dtype_policy, name="flow"
        )
        self.window_indices = self._window_indices()
        self.build((None, self.samples))
        self.embedding_dim = self.flow.num_terms

    def _window_indices(self):
        """The frames of each window, `(num_windows, window_frames)`."""
        num_frames = self.log_mel_shape[0]
        surplus = num_frames - self.window_frames
        if surplus < 0:
            raise ValueError(
                "`samples` must give at least `window_frames` frames. "
                f"Received: samples={self.samples}, which are {num_frames} "
                f"frames, for window_frames={self.window_frames}. "
                "Choose shorter windows or longer clips."
            )
        if not 1 <= self.window_step <= self.window_frames:
            raise ValueError(
                "`window_step` must be at least 1, and at most `window_frames`"
                ", or frames are left out. Received: "
                f"window_step={self.window_step}, "
                f"window_frames={self.window_frames}."
            )
        gaps = -(-surplus // self.window_step)
        starts = np.arange(gaps + 1) * surplus // max(gaps, 1)
        return (starts[:, None] + np.arange(self.window_frames)).astype("int32")

    def build(self, input_shape):
        if self.flow.built:
            return
        self.level, self.spread = (
            self.add_weight(
                shape=(self.num_mel_bins,),
                initializer=initializer,
                trainable=False,
                name=name,
                dtype="float32",
                autocast=False,
            )
            for name, initializer in (("level", "zeros"), ("spread", "ones"))
        )
        self.flow.build((None, self.window_frames, self.num_mel_bins, 1))
        self.built = True

    def fit_standardization(self, batches: Iterable[ArrayLike]) -> None:
        """Sets each band's level and spread from normal clips.

        They are the mean and the standard deviation over all frames; a spread
        below 1 dB becomes 1 dB. To be called before the training.

        Args:
            batches: Waveforms `(batch, samples)` each.

        Raises:
            ValueError: For no clip at all.
        """
        num_frames = 0
        centre = total = square = np.zeros(self.num_mel_bins)
        for waveform in batches:
            log_mel = ops.convert_to_numpy(self.front_end(waveform))
            frames = log_mel.reshape(-1, self.num_mel_bins).astype("float64")
            if not num_frames:
                # Near the mean, lest squares swallow small spreads.
                centre = frames.mean(axis=0)
            num_frames += len(frames)
            total = total + np.sum(frames - centre, axis=0)
            square = square + np.sum((frames - centre) ** 2, axis=0)
        if not num_frames:
            raise ValueError(
                "The standardisation needs normal clips. Received: none."
            )
        mean = total / num_frames
        variance = np.maximum(square / num_frames - mean**2, LEAST_SPREAD**2)
        self.level.assign(centre + mean)
        self.spread.assign(np.sqrt(variance))

    def embed(self, representations, training=None):
        """Embedding `(batch, embedding_dim)` of what `represent` gave."""
        log_mel = ops.cast(representations["log_mel"], "float32")
        standardized = (log_mel - self.level) / self.spread
        windows = ops.take(standardized, self.window_indices, axis=1)
        num_windows, num_frames = self.window_indices.shape
        images = ops.reshape(windows, (-1, num_frames, self.num_mel_bins, 1))
        terms = ops.reshape(
            self.flow(images), (-1, num_windows, self.embedding_dim)
        )
        # The standardisation is part of the change of variables.
        scale = ops.mean(ops.log(self.spread))
        is_last = np.arange(self.embedding_dim) == self.embedding_dim - 1
        return ops.mean(terms, axis=1) + scale * is_last.astype("float32")

    def compute_output_spec(self, waveform, training=None):
        shape = self.compute_output_shape(waveform.shape)
        return keras.KerasTensor(shape, dtype="float32")

    def get_config(self):
        return {
            **super().get_config(),
            "window_frames": self.window_frames,
            "window_step": self.window_step,
            "num_blocks": self.num_blocks,
            "num_steps": self.num_steps,
            "width": self.width,
        }
