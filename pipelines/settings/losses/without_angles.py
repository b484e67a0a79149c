"""Settings of losses that are not based on class angles."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pipelines.settings.fields import NOT_NEGATIVE
from pipelines.settings.fields import setting
from pipelines.settings.losses.loss import Loss

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class CrossEntropy(Loss):
    """Plain softmax cross-entropy of class logits."""

    head: ClassVar[str] = "logit"

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd.losses import ClassCrossEntropy

        return ClassCrossEntropy()

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer of logits."""
        from keras_asd.layers import ClassLogits

        return ClassLogits(num_classes, name="head")


@dataclasses.dataclass(frozen=True)
class OwnClassError(Loss):
    """Reconstruction error; needs the `Reconstruction` embedder."""

    head: ClassVar[str] = "error"
    needs: ClassVar[str] = "band errors"
    needs_classes: ClassVar[bool] = False
    has_accuracy: ClassVar[bool] = False

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.OwnClassError()

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer that sums the errors of all bands."""
        from keras_asd.layers import TotalError

        # The distances that follow the bands' errors are not included.
        num_terms = config.embedder.num_mel_bins
        return TotalError(num_classes, num_terms, name="head")


@dataclasses.dataclass(frozen=True)
class OutlierExposure(Loss):
    """Likelihood of a flow with outlier exposure; needs the `Flow` embedder.

    Args:
        outlier_weight: Weight of the clips of other sections.
    """

    outlier_weight: float = setting(1.0, NOT_NEGATIVE)

    head: ClassVar[str] = "error"
    needs: ClassVar[str] = "likelihood"
    needs_classes: ClassVar[bool] = False
    has_accuracy: ClassVar[bool] = False
    has_outliers: ClassVar[bool] = True

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.OutlierExposure(own_class, weight=self.outlier_weight)

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer that sums the terms of the flow's likelihood."""
        from keras_asd.layers import TotalError

        return TotalError(num_classes, name="head")


@dataclasses.dataclass(frozen=True)
class NoLoss(Loss):
    """No loss, for embedders that need no training."""

    needs: ClassVar[str] = "statistics"
    needs_classes: ClassVar[bool] = False


@dataclasses.dataclass(frozen=True)
class SupervisedContrastive(Loss):
    """Supervised contrastive loss, for `Contrastive` pre-training."""

    has_accuracy: ClassVar[bool] = False
    comes_before: ClassVar[bool] = True

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`, as in the released code of CLP-SCF."""
        from keras_asd import losses

        return losses.SupervisedContrastive(includes_anchor=True)

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The projection, which is discarded after pre-training."""
        from keras_asd.layers import ProjectionHead

        return ProjectionHead(config.embedder.projection_dim)
