"""Base class of the settings of embedders."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pipelines.settings.fields import Range
from pipelines.settings.fields import Record
from pipelines.settings.fields import Rule
from pipelines.settings.fields import at_least
from pipelines.settings.fields import setting
from pipelines.settings.front_ends import FrontEnd
from pipelines.settings.front_ends import LogMel

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Embedder(Record):
    """Base of the embedders, with what each class states of its embedder.

    - `gives`: kind of its output: `embedding`; or, for certain losses only,
      `band errors`, `likelihood` or `statistics`.
    - `is_trained`: whether it is trained with a loss.
    - `has_views`: whether it gives several views in a row, each with a scorer
      of its own.
    - `mixes_inside`: whether mixup can be applied within the network.
    - `projection_dim`: size of the projection for contrastive pre-training; 0
      without one.
    - `is_of_one_section`: whether every section needs its own network.
    """

    gives: ClassVar[str] = "embedding"
    is_trained: ClassVar[bool] = True
    has_views: ClassVar[bool] = False
    mixes_inside: ClassVar[bool] = False
    is_of_one_section: ClassVar[bool] = False

    @property
    def projection_dim(self) -> int:
        """Size of the projection for contrastive pre-training, or 0."""
        return 0

    @property
    def num_mel_bins(self) -> int:
        """Number of Mel bands, also of the nearest-neighbour baseline."""
        return 128

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, waveforms to embeddings, with fresh weights."""
        raise NotImplementedError

    def fit_before(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits statistics that training needs before its first step.

        Args:
            model: Embedder from `build`.
            windows: Pairs of a batch of normal windows, `(batch, samples)`, and
                whether each is of the target domain, `(batch,)`.

        Returns:
            Whether there was anything to fit.
        """
        return False

    def fit_after(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits statistics of the trained network; arguments of `fit_before`."""
        return False


@dataclasses.dataclass(frozen=True)
class LogMelEmbedder(Embedder):
    """Base of the embedders on the image of a front-end."""

    front_end: FrontEnd = LogMel()

    @property
    def num_mel_bins(self) -> int:
        """Number of Mel bands of the front-end."""
        return self.front_end.num_mel_bins

    def shared(self, config: "Config", dtype: str) -> dict[str, Any]:
        """Arguments that embedders on a front-end have in common."""
        return {
            "samples": config.samples,
            "sampling_rate": config.sampling_rate,
            "dtype": dtype,
            "name": "embedder",
            **self.front_end.arguments(config),
        }


def width() -> Any:
    """Field for the factor on a network's channels."""
    rule = Rule(lambda value: 0 < value <= 16, "in (0, 16]")
    return setting(1.0, rule)


def embedding_dim(default: int) -> Any:
    """Field for the length of the embedding."""
    return setting(
        default,
        at_least(2),
        Range(
            "Presets have 32 to 256.",
            grid=(64, 128),
            low=32,
            high=256,
            sampling="log",
            step=2,
        ),
    )
