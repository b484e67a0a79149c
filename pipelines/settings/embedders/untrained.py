"""Settings of embedders without training."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar
from typing import Literal

from pipelines.settings.embedders.embedder import Embedder
from pipelines.settings.embedders.embedder import embedding_dim
from pipelines.settings.fields import Range
from pipelines.settings.fields import setting
from pipelines.settings.front_ends import FrontEnd

if TYPE_CHECKING:
    from pipelines.settings.config import Config

_FRONT_END = {field.name: field for field in dataclasses.fields(FrontEnd)}


def _num_mel_bins() -> int:
    metadata = _FRONT_END["num_mel_bins"].metadata
    return dataclasses.field(default=32, metadata=metadata)


def _level() -> Any:
    return setting(
        "removed",
        search=Range("A fault can be louder; so can a closer microphone."),
    )


@dataclasses.dataclass(frozen=True)
class Statistics(Embedder):
    """Statistics of the log-Mel over time, whitened; needs no training.

    Args:
        num_mel_bins: Number of Mel bands.
        level: Treatment of the clip's level: `kept` or `removed`.
        embedding_dim: Largest length of the embedding.
    """

    num_mel_bins: int = _num_mel_bins()
    level: Literal["kept", "removed"] = _level()
    embedding_dim: int = embedding_dim(256)

    gives: ClassVar[str] = "statistics"
    is_trained: ClassVar[bool] = False

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, before its whitening is fitted."""
        from keras_asd.models import StatisticsEmbedder

        return StatisticsEmbedder(
            samples=config.samples,
            sampling_rate=config.sampling_rate,
            num_mel_bins=self.num_mel_bins,
            level=self.level,
            name="embedder",
            num_components=self.embedding_dim,
        )


@dataclasses.dataclass(frozen=True)
class Views(Embedder):
    """Statistics, percentiles and envelope lines; needs no training.

    Args:
        num_mel_bins: Number of Mel bands.
        level: Treatment of the clip's level: `kept` or `removed`.
    """

    num_mel_bins: int = _num_mel_bins()
    level: Literal["kept", "removed"] = _level()

    gives: ClassVar[str] = "statistics"
    is_trained: ClassVar[bool] = False
    has_views: ClassVar[bool] = True

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, before its whitening is fitted."""
        from keras_asd.models import ViewsEmbedder

        return ViewsEmbedder(
            samples=config.samples,
            sampling_rate=config.sampling_rate,
            num_mel_bins=self.num_mel_bins,
            level=self.level,
            name="embedder",
        )
