"""Settings of MobileFaceNet: TASTgram-MFN, STgram-MFN."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.embedders.embedder import LogMelEmbedder
from pipelines.settings.embedders.embedder import embedding_dim
from pipelines.settings.embedders.embedder import width
from pipelines.settings.fields import NOT_EMPTY
from pipelines.settings.fields import Range
from pipelines.settings.fields import setting

if TYPE_CHECKING:
    from pipelines.settings.config import Config

Channel = Literal["tgram", "log_mel", "attended"]


@dataclasses.dataclass(frozen=True)
class MobileFaceNet(LogMelEmbedder):
    """MobileFaceNet on stacked channels: TASTgram-MFN, STgram-MFN.

    Args:
        front_end: Front-end that the channels are computed from.
        channels: Channels of the image, in order.
        gate: Temporal attention, `raw` as published or `standardized`.
        stages: Stage table of the backbone.
        embedding_dim: Length of the embedding.
        width: Factor on the network's channels.
    """

    channels: tuple[Channel, ...] = setting(
        ("tgram", "log_mel", "attended"), NOT_EMPTY
    )
    gate: Literal["raw", "standardized"] = setting(
        "raw",
        search=Range(
            "As published, or with every frame's standing among the others."
        ),
    )
    stages: Literal["short", "original"] = "short"
    embedding_dim: int = embedding_dim(128)
    width: float = width()

    mixes_inside: ClassVar[bool] = True

    @property
    def projection_dim(self) -> int:
        """Size of the projection, which is that of the embedding."""
        return self.embedding_dim

    @property
    def idle_fields(self) -> set[str]:
        """The gate, if there is no attended channel."""
        return set() if "attended" in self.channels else {"gate"}

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, with fresh weights."""
        from keras_asd import models

        return models.Embedder(
            channels=self.channels,
            gate=self.gate,
            stages=self.stages,
            embedding_dim=self.embedding_dim,
            width=self.width,
            has_projection=config.needs_projection,
            **self.shared(config, dtype),
        )
