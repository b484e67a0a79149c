"""Settings of a custom loss."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from pipelines.settings.custom import build_custom
from pipelines.settings.losses.loss import MixingLoss
from pipelines.settings.losses.loss import MixPosition

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class CustomLoss(MixingLoss):
    """A `keras.losses.Loss` of your own, by its import path.

    It is called with one-hot targets and cosines, both `(batch, num_classes)`,
    unless `targets` and `head` say otherwise.

    Args:
        path: Import path, such as `mypackage.MyLoss`.
        arguments: Keyword arguments of its constructor.
        targets: Form of the targets: `one_hot`, or mixed as one row (`soft`) or
            two (`rows`).
        head: Output of the head for each class: a `cosine` or a `logit`.
        mix_position: Signals that mixup mixes, if targets are mixed.
        mix_alpha: Parameter of Beta(alpha, alpha), the distribution of mix
            weights.
        mix_per: Mix weights: one for a `batch`, or one for every `clip`.
        mix_probability: Share of the clips that are mixed.
    """

    path: str = dataclasses.field(kw_only=True)
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)
    targets: Literal["one_hot", "soft", "rows"] = (  # type: ignore[misc]
        "one_hot"
    )
    head: Literal["cosine", "logit"] = "cosine"  # type: ignore[misc]
    mix_position: MixPosition = "waveform"

    @property
    def mixup(self) -> MixingLoss | None:
        """Settings of mixup; `None` if targets are not mixed."""
        return None if self.targets == "one_hot" else super().mixup

    @property
    def idle_fields(self) -> set[str]:
        """The settings of mixup, if clips are not mixed."""
        is_mixed = self.targets != "one_hot"
        return super().idle_fields | (
            set() if is_mixed else {"mix_probability"}
        )

    def build(self, num_classes: int, own_class: int = 0) -> Any:
        """The `keras.losses.Loss`.

        Raises:
            ValueError: If there is no such loss, or it is no
                `keras.losses.Loss`.
        """
        import keras

        loss = build_custom("loss", self.path, self.arguments)
        if not isinstance(loss, keras.losses.Loss):
            raise ValueError(
                "`loss` must be a `keras.losses.Loss`. Received: "
                f"{self.path}, which gives {type(loss).__name__}."
            )
        return loss

    def build_head(self, config: "Config", num_classes: int) -> Any:
        """The layer of cosines or logits."""
        from keras_asd import layers

        if self.head == "logit":
            return layers.ClassLogits(num_classes, name="head")
        return layers.ClassCosine(num_classes, name="head")
