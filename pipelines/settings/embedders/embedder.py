"""What every embedder states: what it gives, and whether it is trained."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pipelines.settings.fields import Range
from pipelines.settings.fields import Rule
from pipelines.settings.fields import at_least
from pipelines.settings.fields import check_fields
from pipelines.settings.fields import setting
from pipelines.settings.front_ends import FrontEnd
from pipelines.settings.front_ends import LogMel

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Embedder:
    """Base of the embedders; a class states what its embedder can do.

    - `gives`: `embedding`, or what only certain losses take: `band errors`,
      `likelihood`, `statistics`.
    - `is_trained`: whether there is a loss to train by.
    - `mixes_inside`: whether mixup can take place within the network.
    - `projection_dim`: size of the projection that contrastive pre-training
      trains; 0 where there is none.
    - `is_of_one_section`: a network of its own for every section.
    """

    gives: ClassVar[str] = "embedding"
    is_trained: ClassVar[bool] = True
    mixes_inside: ClassVar[bool] = False
    is_of_one_section: ClassVar[bool] = False

    def __post_init__(self):
        check_fields(self)

    @property
    def idle_fields(self) -> set[str]:
        """Names of fields without an effect beside the others' values."""
        return set()

    @property
    def projection_dim(self) -> int:
        """Size of the projection that contrastive pre-training trains."""
        return 0

    @property
    def num_mel_bins(self) -> int:
        """Mel bands, of the simple rule too that is evaluated beside it."""
        return 128

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, waveforms to embeddings, with fresh weights."""
        raise NotImplementedError

    def fit_before(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits what must be known before the first step.

        Args:
            model: The embedder.
            windows: Batches of normal windows, `(batch, samples)`, each with
                whether they are of the target domain, `(batch,)`.

        Returns:
            Whether there was anything to fit.
        """
        return False

    def fit_after(self, model: Any, windows: Iterable[tuple]) -> bool:
        """Fits what is known only after training; as `fit_before`."""
        return False


@dataclasses.dataclass(frozen=True)
class LogMelEmbedder(Embedder):
    """An embedder of the picture that a front-end gives."""

    front_end: FrontEnd = LogMel()

    @property
    def num_mel_bins(self) -> int:
        """Mel bands of the front-end."""
        return self.front_end.num_mel_bins

    def shared(self, config: "Config", dtype: str) -> dict[str, Any]:
        """Arguments that the embedders of a picture have in common."""
        return {
            "samples": config.samples,
            "sampling_rate": config.sampling_rate,
            "dtype": dtype,
            **self.front_end.arguments(config),
        }


def width() -> Any:
    """The field of the factor on a network's channels."""
    rule = Rule(lambda value: 0 < value <= 16, "in (0, 16]")
    return setting(1.0, rule)


def embedding_dim(default: int) -> Any:
    """The field of an embedding's length."""
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
