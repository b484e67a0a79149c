"""Settings of losses with an angular margin: ArcFace, (Noisy-)ArcMix."""

import dataclasses
from typing import Any
from typing import ClassVar

from pipelines.settings.fields import ANGLE
from pipelines.settings.fields import POSITIVE
from pipelines.settings.fields import Range
from pipelines.settings.fields import setting
from pipelines.settings.losses.loss import Loss
from pipelines.settings.losses.loss import MixingLoss


@dataclasses.dataclass(frozen=True)
class _AngularMargin(Loss):
    margin: float = setting(
        0.7,
        ANGLE,
        Range(
            "0 is a softmax without a margin, ArcFace has 0.5, Choi & Choi "
            "0.7; pi / 2 is where the loss refuses it.",
            grid=(0.5, 0.7, 0.9),
            low=0.0,
            high=1.2,
        ),
    )
    scale: float = setting(
        30.0,
        POSITIVE,
        Range(
            "Choi & Choi have 30, ArcFace 64; below 8 even a perfect match is "
            "not certain among hundreds of classes.",
            grid=(15.0, 30.0, 60.0),
            low=8.0,
            high=128.0,
            sampling="log",
        ),
    )

    @property
    def score_margin(self) -> float:
        """Margin for scoring by angles."""
        return self.margin

    @property
    def score_scale(self) -> float:
        """Scale for scoring by angles."""
        return self.scale

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The loss of the same name in `keras_asd.losses`."""
        from keras_asd import losses

        loss = getattr(losses, type(self).__name__)
        return loss(margin=self.margin, scale=self.scale)


@dataclasses.dataclass(frozen=True)
class ArcFace(_AngularMargin):
    """Cross-entropy with an angular margin on the target (Deng et al.).

    Args:
        margin: Angular margin in radians.
        scale: Radius of the hypersphere.
    """


@dataclasses.dataclass(frozen=True)
class _MixingMargin(MixingLoss, _AngularMargin):
    targets: ClassVar[str] = "rows"


@dataclasses.dataclass(frozen=True)
class ArcMix(_MixingMargin):
    """ArcFace on both clips of a mix, weighted (Choi & Choi).

    Args:
        margin: Angular margin in radians.
        scale: Radius of the hypersphere.
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
    """


@dataclasses.dataclass(frozen=True)
class NoisyArcMix(_MixingMargin):
    """ArcMix with the margin on the first clip only (Choi & Choi).

    Args:
        margin: Angular margin in radians.
        scale: Radius of the hypersphere.
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.

    >>> NoisyArcMix(margin=0.5).build(num_classes=3).margin
    0.5
    """
