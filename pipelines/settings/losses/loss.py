"""What every loss states: the targets it needs, the head it reads."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.fields import POSITIVE
from pipelines.settings.fields import Range
from pipelines.settings.fields import check_fields
from pipelines.settings.fields import setting
from pipelines.settings.fields import within

if TYPE_CHECKING:
    from pipelines.settings.config import Config

MixPosition = Literal["waveform_and_log_mel", "features", "waveform"]


@dataclasses.dataclass(frozen=True)
class Loss:
    """Base of the losses; a class states what its loss needs and gives.

    - `targets`: `one_hot`, `(batch, num_classes)`; `soft`, the same shape,
      mixed; `rows`, `(batch, 2, num_classes)`, both parts of the mix.
    - `head`: what the head gives for each class: `cosine`, `logit`, `error`.
    - `needs`: what the embedder must give, see `Embedder.gives`.
    - `needs_classes`: two auxiliary classes or more.
    - `has_accuracy`: whether the largest output is the predicted class.
    - `has_one_centre`: a single centre for all clips.
    - `has_outliers`: clips of a machine's other sections count as outliers.
    - `comes_before`: a task of pre-training, with no class to score by.
    - `score_margin`, `score_scale`: what angles are scored with.
    """

    targets: ClassVar[str] = "one_hot"
    head: ClassVar[str] = "cosine"
    needs: ClassVar[str] = "embedding"
    needs_classes: ClassVar[bool] = True
    has_accuracy: ClassVar[bool] = True
    has_one_centre: ClassVar[bool] = False
    has_outliers: ClassVar[bool] = False
    comes_before: ClassVar[bool] = False

    def __post_init__(self):
        check_fields(self)

    @property
    def idle_fields(self) -> set[str]:
        """Names of fields without an effect beside the others' values."""
        return set()

    @property
    def mixup(self) -> "MixingLoss | None":
        """How clips are mixed; `None` where they are not."""
        return None

    @property
    def score_margin(self) -> float:
        """Margin that angles are scored with."""
        return 0.0

    @property
    def score_scale(self) -> float:
        """Scale that angles are scored with."""
        return 30.0

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`.

        Args:
            num_classes: Auxiliary classes.
            own_class: The class that is no outlier, where there are outliers.
        """
        raise NotImplementedError

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer from embedding to what the loss reads, not trained yet."""
        from keras_asd.layers import ClassCosine

        return ClassCosine(num_classes)


@dataclasses.dataclass(frozen=True)
class MixingLoss(Loss):
    """A loss of clips that are mixed; the defaults are those of Choi & Choi.

    Args:
        mix_position: What mixup mixes.
        mix_alpha: Mix weights are drawn from Beta(alpha, alpha).
        mix_per: One weight for a `batch`, or for every `clip`.
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
        """How clips are mixed; `None` where they are not."""
        return self if self.mix_probability > 0 else None

    @property
    def idle_fields(self) -> set[str]:
        """Without mixup, all that says how to mix."""
        if self.mixup is not None:
            return set()
        return {"mix_position", "mix_alpha", "mix_per"}
