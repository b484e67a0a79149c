"""Settings of scorers that read the head, or errors."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.scorers.scorer import Scorer

if TYPE_CHECKING:
    from pipelines.settings.config import Config


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
