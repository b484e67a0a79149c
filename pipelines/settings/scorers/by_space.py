"""Settings of scorers of embeddings in a space."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.fields import Range
from pipelines.settings.fields import setting
from pipelines.settings.scorers.scorer import Scorer

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class _InSpace(Scorer):
    """Base of scorers of embeddings, with a choice of space."""

    space: Literal["own", "sphere", "standardized", "whitened", "raw"] = (
        setting(
            "own",
            search=Range("Distances depend on how dimensions are weighed."),
        )
    )


@dataclasses.dataclass(frozen=True)
class Centroids(_InSpace):
    """Distance to k-means centroids and target clips (Wilkinghoff & Kurth).

    Args:
        space: Space of the embeddings; `own`: the sphere.

    >>> Centroids(space="raw").arguments_of_layer()
    {'space': 'raw'}
    """


@dataclasses.dataclass(frozen=True)
class NearestNeighbors(_InSpace):
    """Distance to the nearest normal clip.

    Args:
        space: Space of the embeddings; `own`: the scorer's default.

    >>> from pipelines.settings.config import Config
    >>> NearestNeighbors(space="raw").build(Config()).space
    'raw'
    """


@dataclasses.dataclass(frozen=True)
class GaussianMixture(_InSpace):
    """Likelihood under a Gaussian mixture.

    Args:
        space: Space of the embeddings; `own`: the scorer's default.
    """


@dataclasses.dataclass(frozen=True)
class Mahalanobis(_InSpace):
    """Mahalanobis distance to the normal clips.

    Args:
        space: Space of the embeddings; `own`: the scorer's default.
        covariance: Covariance: `shared`, or one for each `domain`.
    """

    covariance: Literal["shared", "domain"] = "shared"

    variants: ClassVar = ({}, {"covariance": "domain"})


@dataclasses.dataclass(frozen=True)
class LocalDensity(_InSpace):
    """Distance to the nearest normal clip, relative to the local density.

    Args:
        space: Space of the embeddings; `own`: the scorer's default.

    >>> LocalDensity().arguments_of_layer()
    {}
    """


@dataclasses.dataclass(frozen=True)
class MinimumOverDomains(_InSpace):
    """Distance to the nearest normal clip of the nearer domain.

    Args:
        space: Space of the embeddings; `own`: the scorer's default.
    """

    def build(self, config: "Config") -> Any:
        """The Keras layer, not fitted yet."""
        from keras_asd import scorers

        nearest = scorers.NearestNeighbors(**self.arguments_of_layer())
        return scorers.MinimumOverDomains(nearest)
