"""Settings of baseline embedders: MobileNetV2, autoencoder, IDNN, flow."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.embedders.embedder import LogMelEmbedder
from pipelines.settings.embedders.embedder import width
from pipelines.settings.fields import Rule
from pipelines.settings.fields import at_least
from pipelines.settings.fields import setting

if TYPE_CHECKING:
    from pipelines.settings.config import Config

# Channels of the flow's coupling networks at width 1.
FLOW_WIDTH = 128


@dataclasses.dataclass(frozen=True)
class MobileNet(LogMelEmbedder):
    """MobileNetV2 on a log-Mel image (Giri et al.; DCASE 2021 baseline).

    Args:
        front_end: Front-end that computes the image.
        width: Factor on the network's channels.
    """

    width: float = width()

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, with fresh weights."""
        from keras_asd.models import MobileNetEmbedder

        return MobileNetEmbedder(width=self.width, **self.shared(config, dtype))


@dataclasses.dataclass(frozen=True)
class Reconstruction(LogMelEmbedder):
    """Dense network that predicts log-Mel frames: autoencoder, IDNN.

    Args:
        front_end: Front-end that computes the frames.
        predicts: Predicted frames: `all`, or the `middle` one.
        units: Sizes of the hidden layers.
        has_norm: Whether hidden layers have batch normalisation.
    """

    predicts: Literal["all", "middle"] = "all"
    units: tuple[int, ...] = setting(
        (128, 128, 128, 128, 8, 128, 128, 128, 128),
        Rule(lambda units: min(units, default=0) >= 1, "positive numbers"),
    )
    has_norm: bool = True

    gives: ClassVar[str] = "band errors"

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, with fresh weights."""
        from keras_asd.models import ReconstructionEmbedder

        return ReconstructionEmbedder(
            predicts=self.predicts,
            units=self.units,
            has_norm=self.has_norm,
            **self.shared(config, dtype),
        )

    def fit_after(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits the covariances of the reconstruction errors."""
        model.fit_residuals(windows)
        return True


@dataclasses.dataclass(frozen=True)
class Flow(LogMelEmbedder):
    """Normalizing flow of a section (Glow-Aff, Dohi et al.).

    Args:
        front_end: Front-end that computes the image.
        num_blocks: Number of blocks.
        num_steps: Number of steps in a block.
        width: Factor on the channels of the couplings.
    """

    num_blocks: int = setting(3, at_least(1))
    num_steps: int = setting(12, at_least(1))
    width: float = width()

    gives: ClassVar[str] = "likelihood"
    is_of_one_section: ClassVar[bool] = True

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, with fresh weights."""
        from keras_asd.models import FlowEmbedder

        return FlowEmbedder(
            num_blocks=self.num_blocks,
            num_steps=self.num_steps,
            width=max(4, round(FLOW_WIDTH * self.width)),
            **self.shared(config, dtype),
        )

    def fit_before(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits the standardisation of the image."""
        model.fit_standardization(batch for batch, _ in windows)
        return True
