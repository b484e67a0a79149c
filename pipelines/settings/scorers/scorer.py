"""Base class of the settings of scorers."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from pipelines.settings.fields import Record

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Scorer(Record):
    """Base of the scorers, with what each class states of its scorer.

    - `reads`: its input: `embedding`; an output of the head, `cosine`, `logit`
      or `error`; `band errors` of a reconstruction; or `views` in a row.
    - `leaves_out`: whether its fit leaves clips out in turn.
    - `is_fitted`: whether it is fitted on embeddings of normal clips. Such a
      scorer can be calibrated out of fold, any other needs held-out clips.
    - `variants`: fields of its variants, for comparisons of all scorers.

    >>> from pipelines.settings.scorers import CentreAngle
    >>> Scorer().reads_head, CentreAngle().reads_head
    (False, True)
    """

    reads: ClassVar[str] = "embedding"
    is_fitted: ClassVar[bool] = True
    leaves_out: ClassVar[bool] = False
    variants: ClassVar[tuple[Mapping[str, str], ...]] = ({},)

    @property
    def reads_head(self) -> bool:
        """Whether it reads the output of the head, not an embedding."""
        return self.reads in ("cosine", "logit", "error")

    def arguments_of_layer(self) -> dict[str, Any]:
        """Arguments of the Keras layer: all fields, except `space="own"`."""
        return {
            name: value
            for name, value in vars(self).items()
            if (name, value) != ("space", "own")
        }

    def build(self, config: "Config") -> Any:
        """The layer of the same name in `keras_asd.scorers`, not fitted."""
        from keras_asd import scorers

        layer = getattr(scorers, type(self).__name__)
        return layer(**self.arguments_of_layer())

    def build_fused(self, config: "Config", scorer: Any, dim: int) -> Any:
        """The layer that adds the scores of a network's own scorer.

        Args:
            config: Settings of the detector without training.
            scorer: Scorer of the network, not fitted.
            dim: Length of the network's embedding, which comes first.
        """
        from keras_asd import scorers

        own = config.embedder.build(config).embedding_dim
        return scorers.ScoreSum([scorer, self.build(config)], [dim, own])
