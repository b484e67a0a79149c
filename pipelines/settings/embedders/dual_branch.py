"""Settings of the network of spectrum and spectrogram branches."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from pipelines.settings.embedders.embedder import Embedder
from pipelines.settings.embedders.embedder import embedding_dim
from pipelines.settings.embedders.embedder import width
from pipelines.settings.fields import NOT_EMPTY
from pipelines.settings.fields import NOT_NEGATIVE
from pipelines.settings.fields import Range
from pipelines.settings.fields import Rule
from pipelines.settings.fields import setting

if TYPE_CHECKING:
    from pipelines.settings.config import Config

Branch = Literal["spectrum", "spectrogram"]


@dataclasses.dataclass(frozen=True)
class DualBranch(Embedder):
    """Spectrum and spectrogram branches (Wilkinghoff & Kurth).

    Args:
        branches: Branches of the network.
        spectrogram: Kind of the spectrogram: `linear` magnitudes as in the
            released code, or `log_mel` as in the paper's summary.
        frame_lengths: Frame length of each spectrogram branch, in samples.
        has_bias: Whether layers have biases.
        is_affine: Whether normalisations have scale and shift.
        kernel_l2: Weight of squared kernels in the loss.
        embedding_dim: Length of each branch's part of the embedding.
        width: Factor on the network's channels.
    """

    branches: tuple[Branch, ...] = setting(
        ("spectrum", "spectrogram"), NOT_EMPTY
    )
    spectrogram: Literal["linear", "log_mel"] = "linear"
    frame_lengths: tuple[int, ...] = setting(
        (1024,),
        Rule(
            lambda lengths: lengths and min(lengths) >= 16,
            "at least one, of 16 samples or more",
        ),
        Range(
            "Short frames show clicks, long ones lines; the strongest "
            "published variant has three at once.",
            choices=("512", "1024", "2048", "256+1024+4096"),
        ),
    )
    has_bias: bool = False
    is_affine: bool = True
    kernel_l2: float = setting(1e-5, NOT_NEGATIVE)
    embedding_dim: int = embedding_dim(128)
    width: float = width()

    @property
    def idle_fields(self) -> set[str]:
        """The frame lengths, if there is no spectrogram branch."""
        return set() if "spectrogram" in self.branches else {"frame_lengths"}

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, with fresh weights."""
        from keras_asd.models import DualBranchEmbedder

        return DualBranchEmbedder(
            samples=config.samples,
            sampling_rate=config.sampling_rate,
            branches=self.branches,
            spectrogram=self.spectrogram,
            frame_lengths=self.frame_lengths,
            has_bias=self.has_bias,
            is_affine=self.is_affine,
            width=self.width,
            branch_dim=self.embedding_dim,
            kernel_l2=self.kernel_l2,
            dtype=dtype,
            name="embedder",
        )
