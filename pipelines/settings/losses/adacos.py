"""Settings of the AdaCos and compactness losses (Wilkinghoff & Kurth)."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.fields import Range
from pipelines.settings.fields import at_least
from pipelines.settings.fields import setting
from pipelines.settings.losses.loss import MixingLoss
from pipelines.settings.losses.loss import MixPosition

if TYPE_CHECKING:
    from pipelines.settings.config import Config


def _with_default(name: str, default: Any) -> Any:
    """A field of `MixingLoss` with another default."""
    fields = {field.name: field for field in dataclasses.fields(MixingLoss)}
    metadata = fields[name].metadata
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class _Compactness(MixingLoss):
    """Base of losses with soft targets and optionally fixed centres."""

    targets: ClassVar[str] = "soft"
    mix_position: MixPosition = _with_default("mix_position", "waveform")
    mix_alpha: float = _with_default("mix_alpha", 1.0)
    mix_per: Literal["batch", "clip"] = _with_default("mix_per", "clip")
    centres: Literal["fixed", "trained"] = "fixed"

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer of class centres."""
        from keras_asd.layers import ClassCosine

        is_fixed = self.centres == "fixed"
        return ClassCosine(num_classes, is_fixed, name="head")


@dataclasses.dataclass(frozen=True)
class _AdaptiveScale(_Compactness):
    adaptive_scale: Literal["fixed", "adaptive", "reference"] = setting(
        "fixed",
        search=Range(
            "Papers differ in whether AdaCos's scale follows the training."
        ),
    )


@dataclasses.dataclass(frozen=True)
class AdaCos(_AdaptiveScale):
    """Cross-entropy of scaled cosines, one centre per class.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
        centres: Centres: as drawn (`fixed`) or `trained`.
        adaptive_scale: Scale: `fixed`, `adaptive`, or by the `reference`'s
            rule.
    """

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.AdaCos(num_classes, scale=self.adaptive_scale)


@dataclasses.dataclass(frozen=True)
class SubclusterAdaCos(_AdaptiveScale):
    """AdaCos with several centres per class.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
        centres: Centres: as drawn (`fixed`) or `trained`.
        adaptive_scale: Scale: `fixed`, `adaptive`, or by the `reference`'s
            rule.
        num_subclusters: Number of centres per class.
    """

    num_subclusters: int = setting(
        16,
        at_least(1),
        Range(
            "One centre a class is AdaCos, Wilkinghoff & Kurth have 16.",
            grid=(4, 16),
            low=1,
            high=32,
            sampling="log",
            step=2,
        ),
    )

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.SubclusterAdaCos(
            num_classes, self.num_subclusters, scale=self.adaptive_scale
        )

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer of sub-cluster centres."""
        from keras_asd.layers import SubclusterCosine

        return SubclusterCosine(
            num_classes,
            self.num_subclusters,
            is_fixed=self.centres == "fixed",
            name="head",
        )


@dataclasses.dataclass(frozen=True)
class IntraClassCompactness(_Compactness):
    """Distance of every clip to the centre of its class.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
        centres: Centres: as drawn (`fixed`) or `trained`.
    """

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.IntraClassCompactness(num_classes)


@dataclasses.dataclass(frozen=True)
class CompactnessCrossEntropy(_AdaptiveScale):
    """Compactness plus the cross-entropy of AdaCos.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
        centres: Centres: as drawn (`fixed`) or `trained`.
        adaptive_scale: Scale: `fixed`, `adaptive`, or by the `reference`'s
            rule.
    """

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.CompactnessCrossEntropy(num_classes, self.adaptive_scale)


@dataclasses.dataclass(frozen=True)
class OneClassCompactness(_Compactness):
    """Distance of every clip to one centre; needs a single class.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
        centres: Centre: as drawn (`fixed`) or `trained`.
    """

    needs_classes: ClassVar[bool] = False
    has_accuracy: ClassVar[bool] = False
    has_one_centre: ClassVar[bool] = True

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`."""
        from keras_asd import losses

        return losses.OneClassCompactness()
