"""Settings of a custom scorer."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from pipelines.settings.custom import build_custom
from pipelines.settings.scorers.scorer import Scorer

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class CustomScorer(Scorer):
    """A custom `keras_asd.scorers.Scorer`, by its import path.

    Args:
        path: Import path, such as `mypackage.MyScorer`.
        arguments: Keyword arguments of its constructor.
    """

    path: str = dataclasses.field(kw_only=True)
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)

    def build(self, config: "Config") -> Any:
        """The Keras layer, not fitted yet.

        Raises:
            ValueError: If there is no such scorer, or it is no subclass of it.
        """
        from keras_asd import scorers

        made = build_custom("scorer", self.path, self.arguments)
        if not isinstance(made, scorers.Scorer):
            raise ValueError(
                "`scorer` must be a `keras_asd.scorers.Scorer`. Received: "
                f"{self.path}, which gives {type(made).__name__}."
            )
        return made
