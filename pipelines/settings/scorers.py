"""Settings of scorers, from embeddings to anomaly scores."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.custom import build_custom
from pipelines.settings.fields import Range
from pipelines.settings.fields import Record
from pipelines.settings.fields import setting

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Scorer(Record):
    """Base of the scorers, with what each class states of its scorer.

    - `reads`: its input: `embedding`; an output of the head, `cosine`, `logit`
      or `error`; or `band errors` of a reconstruction.
    - `is_fitted`: whether it is fitted on embeddings of normal clips. Such a
      scorer can be calibrated out of fold, any other needs held-out clips.
    - `variants`: fields of its variants, for comparisons of all scorers.

    >>> Scorer().reads_head, CentreAngle().reads_head
    (False, True)
    """

    reads: ClassVar[str] = "embedding"
    is_fitted: ClassVar[bool] = True
    variants: ClassVar[tuple[Mapping[str, str], ...]] = ({},)

    @property
    def reads_head(self) -> bool:
        """Whether it reads the output of the head, not an embedding."""
        return self.reads in ("cosine", "logit", "error")

    def arguments_of_layer(self) -> dict[str, Any]:
        """Arguments of the Keras layer: all fields, except `space="own"`."""
        return {
            name: value
            for name, value in vars(self).items()
            if (name, value) != ("space", "own")
        }

    def build(self, config: "Config") -> Any:
        """The layer of the same name in `keras_asd.scorers`, not fitted."""
        from keras_asd import scorers

        layer = getattr(scorers, type(self).__name__)
        return layer(**self.arguments_of_layer())


@dataclasses.dataclass(frozen=True)
class CentreAngle(Scorer):
    """Angle to the trained centre of the class (Choi & Choi).

    Args:
        form: Form of the score: `logit`, or as `published`.

    >>> from pipelines.settings.config import Config
    >>> CentreAngle().build(Config()).margin
    0.7
    """

    form: Literal["logit", "published"] = "logit"

    reads: ClassVar[str] = "cosine"
    is_fitted: ClassVar[bool] = False
    variants: ClassVar = ({}, {"form": "published"})

    def build(self, config: "Config") -> Any:
        """The Keras layer, with the margin and scale of the loss."""
        from keras_asd import scorers

        return scorers.CentreAngle(
            margin=config.loss.score_margin,
            scale=config.loss.score_scale,
            form=self.form,
        )


@dataclasses.dataclass(frozen=True)
class LogOdds(Scorer):
    """Log odds against the class (DCASE 2021 baseline).

    Args:
        form: Form of the score: log odds (`logit`), or as the baseline is coded
            (`literal`).
    """

    form: Literal["logit", "literal"] = "logit"

    reads: ClassVar[str] = "logit"
    is_fitted: ClassVar[bool] = False
    variants: ClassVar = ({}, {"form": "literal"})


@dataclasses.dataclass(frozen=True)
class HeadScore(Scorer):
    """Error that the head outputs, of a reconstruction or a flow."""

    reads: ClassVar[str] = "error"
    is_fitted: ClassVar[bool] = False


@dataclasses.dataclass(frozen=True)
class SelectiveMahalanobis(Scorer):
    """Mahalanobis distance of reconstruction errors, least of both domains.

    Args:
        form: Form of the score: mean over the `frames`, or as the DCASE 2023
            baseline is coded (`published`).
    """

    form: Literal["frames", "published"] = "frames"

    reads: ClassVar[str] = "band errors"
    is_fitted: ClassVar[bool] = False
    variants: ClassVar = ({}, {"form": "published"})


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


@dataclasses.dataclass(frozen=True)
class CustomScorer(Scorer):
    """A custom `keras_asd.scorers.Scorer`, by its import path.

    Args:
        path: Import path, such as `mypackage.MyScorer`.
        arguments: Keyword arguments of its constructor.
    """

    path: str = dataclasses.field(kw_only=True)
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)

    def build(self, config: "Config") -> Any:
        """The Keras layer, not fitted yet.

        Raises:
            ValueError: If there is no such scorer, or it is no subclass of it.
        """
        from keras_asd import scorers

        made = build_custom("scorer", self.path, self.arguments)
        if not isinstance(made, scorers.Scorer):
            raise ValueError(
                "`scorer` must be a `keras_asd.scorers.Scorer`. Received: "
                f"{self.path}, which gives {type(made).__name__}."
            )
        return made
