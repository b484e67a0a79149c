"""Settings of a custom embedder."""

import dataclasses
from typing import TYPE_CHECKING
from typing import Any

from pipelines.settings.custom import build_custom
from pipelines.settings.embedders.embedder import Embedder

if TYPE_CHECKING:
    from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class CustomEmbedder(Embedder):
    """A `keras.Model` of your own, by its import path.

    It maps waveforms `(batch, samples)` in `[-1, 1]`, of `--clip_seconds` at
    `--sampling_rate`, to embeddings `(batch, embedding_dim)`.

    Args:
        path: Import path of its class or of a function that makes it, such as
            `mypackage.MyEmbedder`.
        arguments: Keyword arguments of that class or function.
    """

    path: str = dataclasses.field(kw_only=True)
    arguments: dict[str, Any] = dataclasses.field(default_factory=dict)

    def build(self, config: "Config", dtype: str = "float32") -> Any:
        """The `keras.Model`, built by calling it on a waveform.

        Raises:
            ValueError: If there is no such model, or its input or output has
                another shape.
        """
        import keras

        model = build_custom("embedder", self.path, self.arguments)
        if not isinstance(model, keras.Model):
            raise ValueError(
                "`embedder` must be a `keras.Model`. Received: "
                f"{self.path}, which gives {type(model).__name__}."
            )
        if not model.built:
            model(keras.ops.zeros((1, config.samples)))
        return model
