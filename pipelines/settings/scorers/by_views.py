"""Settings of scorers of several views in a row."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pipelines.settings.scorers.scorer import Scorer

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class ViewSum(Scorer):
    """Local densities of views, and lines beyond those of normal clips."""

    reads: ClassVar[str] = "views"
    leaves_out: ClassVar[bool] = True

    def build(self, config: "Config") -> Any:
        """The Keras layer, not fitted yet, for the views of the embedder."""
        return self._build(config, [], [])

    def build_fused(self, config: "Config", scorer: Any, dim: int) -> Any:
        """The layer to which the network is one more view."""
        return self._build(config, [scorer], [dim])

    def _build(self, config: "Config", parts: list, dims: list[int]) -> Any:
        from keras_asd import scorers

        embedder = config.embedder.build(config)
        parts = [
            *parts,
            scorers.LocalDensity(space="raw"),
            scorers.LocalDensity(space="raw"),
            scorers.PeakExcess(num_rows=embedder.lines.num_groups),
        ]
        dims = [*dims, *embedder.dims]
        return scorers.ViewSum(parts, dims, num_whole=len(parts) - 1)
