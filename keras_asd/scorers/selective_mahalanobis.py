"""Selective Mahalanobis score of the DCASE 2023 baseline."""

import keras
from keras import ops

from keras_asd.checks import check_choice
from keras_asd.scorers.scorer import Scorer

# Where an embedding holds the distances under the covariance of the source
# residuals and of the target residuals.
COLUMNS = {"frames": slice(-4, -2), "published": slice(-2, None)}
NUM_DISTANCES = 4


@keras.saving.register_keras_serializable(package="keras_asd")
class SelectiveMahalanobis(Scorer):
    """The lesser of the two distances that an autoencoder has computed.

    `ReconstructionEmbedder` ends its embeddings with the squared
    Mahalanobis distances of its residual under the covariances of source
    and of target residuals. They belong to the embedder, so every group's
    column is the same; `fit` only settles which groups have clips.

    Args:
        num_groups: Integer, or `None`: as many as `fit` sees.
        form: `"frames"`, the mean over frames of the squared distance. Or
            `"published"`, what the baseline's released code computes: it
            multiplies every frame with every other and takes the mean of
            all products, which is the squared distance of the clip's mean
            residual.
        **kwargs: `name` and others of `keras.layers.Layer`.

    Input shape: embeddings of `ReconstructionEmbedder`.
    Output shape: `(batch, num_groups)`; NaN for a group without a clip.

    Raises:
        ValueError: For an unknown form, an embedding without distances, or
            one of an embedder that knows no residuals yet.

    >>> clip = [[0.5, 7.0, 3.0, 2.0, 1.0]]
    >>> scorer = SelectiveMahalanobis().fit(clip)
    >>> [float(score) for score in scorer(ops.array(clip))[0]]
    [3.0]

    Reference: Harada et al., First-shot anomaly sound detection for machine
    condition monitoring, https://arxiv.org/abs/2303.00455
    """

    def __init__(self, num_groups=None, form="frames", **kwargs):
        super().__init__(space="raw", num_groups=num_groups, **kwargs)
        check_choice("form", form, COLUMNS)
        self.form = form

    def _build_state(self, dim):
        if dim < NUM_DISTANCES:
            raise ValueError(
                "An embedding must end with four distances. Received: "
                f"embeddings of {dim}. Those of `ReconstructionEmbedder` do."
            )

    def _fit_group(self, source, target):
        if not any(rows[:, -NUM_DISTANCES:].any() for rows in (source, target)):
            raise ValueError(
                "The embedder must know the residuals of normal clips. "
                "Received: distances of zero only. Call its "
                "`fit_residuals`, then embed the clips again."
            )
        return {}

    def _into_space(self, embedding):
        return embedding[:, None, COLUMNS[self.form]]

    def _score(self, coordinates):
        return ops.min(coordinates, axis=-1)

    def get_config(self):
        config = {**super().get_config(), "form": self.form}
        del config["space"]
        return config
