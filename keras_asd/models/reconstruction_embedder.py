"""Embedders of reconstruction errors: autoencoder and IDNN."""

import keras
import numpy as np
from keras import ops

from keras_asd.models.clip_windows import as_clips
from keras_asd.models.frame_predictor import FramePredictor
from keras_asd.models.log_mel_embedder import LogMelEmbedder
from keras_asd.models.residual_covariance import ResidualCovariance

# Hidden layers of the DCASE baselines.
UNITS = (128, 128, 128, 128, 8, 128, 128, 128, 128)


@keras.saving.register_keras_serializable(package="keras_asd")
class ReconstructionEmbedder(LogMelEmbedder):
    """Errors of a dense network that predicts frames of the log-Mel.

    The network predicts all frames of a window through a bottleneck (the
    autoencoder of the DCASE baselines), or the middle one, which it does not
    see, from the others (IDNN); see `FramePredictor`. Errors are in dB^2.

    The embedding holds each Mel band's share in the clip's error, whose sum
    is the mean squared error over vectors and dimensions: train with
    `TotalError(num_classes, num_terms=num_mel_bins)` and `OwnClassError`.
    Four squared Mahalanobis distances follow, 0 before `fit_residuals`: of
    the frames' residuals, their mean, under the covariance of the source
    residuals and of the target residuals; then of the clip's mean residual
    under either. `SelectiveMahalanobis` reads them and says more.

    Args:
        num_frames: Integer, frames in a window, odd for `"middle"`.
        predicts: `"all"` or `"middle"`.
        units: Tuple of the hidden layers' sizes; the baselines' by default.
            The IDNN paper has `(64, 32, 16, 32, 64)` without normalisation,
            for 64 Mel bands.
        has_norm: Whether hidden layers are normalised over the batch.
        frame_length: Integer, samples, of the default front-end. Defaults to
            the baselines' 1024, as `frame_step` to 512 and `preset` to
            Slaney's scale.
        **kwargs: Arguments of `LogMelEmbedder`, among them `samples`,
            `sampling_rate` and `front_end`.

    Input shape: `(batch, samples)`, in `[-1, 1]`.
    Output shape: `(batch, num_mel_bins + 4)`, float32 under any policy.

    Raises:
        ValueError: For an unknown prediction, a number of frames that does
            not fit, or a waveform of another length.

    >>> embedder = ReconstructionEmbedder(samples=16_000)
    >>> tuple(embedder(ops.zeros((2, 16_000))).shape)
    (2, 132)

    References: Koizumi et al., DCASE 2020 Task 2,
    https://arxiv.org/abs/2006.05822; Harada et al., the 2023 baseline,
    https://arxiv.org/abs/2303.00455; Suefusa et al., IDNN,
    https://arxiv.org/abs/2005.09234
    """

    def __init__(
        self,
        num_frames=5,
        predicts="all",
        units=UNITS,
        has_norm=True,
        frame_length=1024,
        **kwargs,
    ):
        super().__init__(frame_length=frame_length, **kwargs)
        self.num_frames = num_frames
        self.predicts = predicts
        self.units = tuple(units)
        self.has_norm = has_norm
        self.embedding_dim = self.num_mel_bins + 4
        self.predictor = FramePredictor(
            num_frames,
            predicts,
            units,
            has_norm,
            dtype=self.dtype_policy,
            name="predictor",
        )
        self.build((None, self.samples))

    def build(self, input_shape):
        if self.predictor.built:
            return
        self.predictor.build((None, *self.log_mel_shape))
        self.roots = self.add_weight(
            shape=(self.num_mel_bins, 2 * self.num_mel_bins),
            initializer="zeros",
            trainable=False,
            dtype="float32",
            name="roots",
        )
        self.built = True

    def embed(self, representations, training=None):
        """Embeddings `(batch, embedding_dim)` of what `represent` gave."""
        log_mel = representations["log_mel"]
        residuals = self.predictor(log_mel, training=training)
        num_rows = residuals.shape[1] * residuals.shape[2]
        rows = ops.reshape(residuals, (-1, num_rows, self.num_mel_bins))
        bands = ops.mean(ops.square(rows), axis=1) / self.num_mel_bins
        return ops.concatenate(
            [
                bands,
                self._distances(rows),
                self._distances(ops.mean(rows, axis=1, keepdims=True)),
            ],
            axis=-1,
        )

    def _distances(self, rows):
        """Mean squared distances `(batch, 2)`, for source and target."""
        squares = ops.mean(ops.square(ops.matmul(rows, self.roots)), axis=1)
        return ops.sum(
            ops.reshape(squares, (-1, 2, self.num_mel_bins)), axis=-1
        )

    def fit_residuals(self, batches):
        """Learns how the residuals of normal clips spread, after training.

        There is one covariance for each domain, of all predicted frames
        around their mean, as in the DCASE 2023 baseline. Where one domain
        has no clip, the other's serves for both.

        Args:
            batches: Iterable of `(waveform, is_target)`: normal clips
                `(batch, samples)` and booleans `(batch,)`.

        Raises:
            ValueError: Where there is no clip, one that is not finite, or
                not one boolean for each.
        """
        spreads = [ResidualCovariance(self.num_mel_bins) for _ in range(2)]
        for waveform, is_target in batches:
            log_mel = self.front_end(as_clips(waveform, self.samples))
            residuals = ops.convert_to_numpy(
                self.predictor(log_mel, training=False)
            )
            is_target = np.asarray(is_target, bool)
            if is_target.shape != residuals.shape[:1]:
                raise ValueError(
                    "`batches` must hold one boolean a clip. Received: "
                    f"{is_target.shape} for {len(residuals)} clips."
                )
            if not np.isfinite(residuals).all():
                raise ValueError(
                    "`batches` must hold finite clips. Received: residuals "
                    "that are not. Leave broken clips out."
                )
            spreads[0].add(residuals[~is_target])
            spreads[1].add(residuals[is_target])
        roots = [spread.root() for spread in spreads if spread.count]
        if not roots:
            raise ValueError("`batches` must hold clips. Received: none.")
        self.roots.assign(np.concatenate([roots[0], roots[-1]], axis=1))

    def compute_output_spec(self, waveform, training=None):
        shape = self.compute_output_shape(waveform.shape)
        return keras.KerasTensor(shape, "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "num_frames": self.num_frames,
            "predicts": self.predicts,
            "units": self.units,
            "has_norm": self.has_norm,
        }
