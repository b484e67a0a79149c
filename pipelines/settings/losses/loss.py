"""Base classes of the settings of losses."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.fields import POSITIVE
from pipelines.settings.fields import Range
from pipelines.settings.fields import Record
from pipelines.settings.fields import setting
from pipelines.settings.fields import within

if TYPE_CHECKING:
    from pipelines.settings.config import Config

MixPosition = Literal["waveform_and_log_mel", "features", "waveform"]


@dataclasses.dataclass(frozen=True)
class Loss(Record):
    """Base of the losses, with what each class states of its loss.

    - `targets`: form of the targets: `one_hot`, `(batch, num_classes)`; `soft`,
      mixed, of the same shape; or `rows`, `(batch, 2, num_classes)`, one row
      for each clip of a mix.
    - `head`: output of the head per class: `cosine`, `logit` or `error`.
    - `needs`: required output of the embedder, see `Embedder.gives`.
    - `needs_classes`: whether it needs two auxiliary classes or more.
    - `has_accuracy`: whether the largest output is the predicted class.
    - `has_one_centre`: whether all clips share a single centre.
    - `has_outliers`: whether clips of a machine's other sections are outliers.
    - `comes_before`: whether it is for pre-training only, without class scores.
    - `score_margin`, `score_scale`: margin and scale for scoring by angles.
    """

    targets: ClassVar[str] = "one_hot"
    head: ClassVar[str] = "cosine"
    needs: ClassVar[str] = "embedding"
    needs_classes: ClassVar[bool] = True
    has_accuracy: ClassVar[bool] = True
    has_one_centre: ClassVar[bool] = False
    has_outliers: ClassVar[bool] = False
    comes_before: ClassVar[bool] = False

    @property
    def mixup(self) -> "MixingLoss | None":
        """Settings of mixup; `None` if clips are not mixed."""
        return None

    @property
    def score_margin(self) -> float:
        """Margin for scoring by angles."""
        return 0.0

    @property
    def score_scale(self) -> float:
        """Scale for scoring by angles."""
        return 30.0

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`.

        Args:
            num_classes: Number of auxiliary classes.
            own_class: Index of the class that is no outlier, for a loss with
                outliers.
        """
        raise NotImplementedError

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The head, from embeddings to the loss's input, with fresh weights."""
        from keras_asd.layers import ClassCosine

        return ClassCosine(num_classes, name="head")


@dataclasses.dataclass(frozen=True)
class MixingLoss(Loss):
    """Base of losses with mixup; the defaults are those of Choi & Choi.

    Args:
        mix_position: Signals that mixup mixes.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
    """

    mix_position: MixPosition = setting(
        "waveform_and_log_mel",
        search=Range(
            "The released code, the paper, and the second paper mix at three "
            "different positions."
        ),
    )
    mix_alpha: float = setting(
        0.5,
        POSITIVE,
        Range(
            "Choi & Choi have 0.5, at 1 every weight is as likely; at 0.1 "
            "clips hardly mix, at 2 most are mixed in halves.",
            grid=(0.2, 0.5, 1.0),
            low=0.1,
            high=2.0,
            sampling="log",
        ),
    )
    mix_per: Literal["batch", "clip"] = setting(
        "batch",
        search=Range(
            "Choi & Choi draw a weight for the batch, Wilkinghoff & Kurth for "
            "every clip."
        ),
    )
    mix_probability: float = setting(
        1.0,
        within(0, 1),
        Range(
            "Both papers mix every clip, ASDKit's recipe every other one.",
            grid=(0.5, 1.0),
            low=0.25,
            high=1.0,
        ),
    )

    @property
    def mixup(self) -> "MixingLoss | None":
        """Settings of mixup; `None` if clips are not mixed."""
        return self if self.mix_probability > 0 else None

    @property
    def idle_fields(self) -> set[str]:
        """The settings of mixup, if clips are not mixed."""
        if self.mixup is not None:
            return set()
        return {"mix_position", "mix_alpha", "mix_per"}
