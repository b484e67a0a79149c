"""The contract of what fits a detector."""

from collections.abc import Mapping
from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.training.tasks import Task


class Method:
    """Fits a detector to normal clips: networks, statistics, or both.

    A training calls `train`, then `embed`, then `fit_scorer`; a search trains
    what `build` gives itself, and then calls the same. Nothing outside asks
    which method it is.

    Args:
        config: Settings of the run.
    """

    def __init__(self, config: Config):
        self.config = config

    def build(self, num_classes: int) -> keras.Model:
        """What `fit` of Keras trains; the embedder where nothing is trained."""
        raise NotImplementedError

    def train(
        self, tasks: Sequence[Task], run: RunFolder
    ) -> tuple[keras.Model, keras.layers.Layer | None]:
        """Trains on the tasks, from where the run was left.

        Args:
            tasks: What each network trains on.
            run: Folder of the run.

        Returns:
            Embedder and head; no head where nothing is trained.
        """
        raise NotImplementedError

    def embed(
        self,
        embedder: keras.Model,
        head: keras.layers.Layer | None,
        normals: Sequence[InspectedClip],
        classes: Sequence[str],
        keys: Sequence[str],
    ) -> tuple[keras.Model, keras.layers.Layer, Embeddings]:
        """Fits what is fitted on embeddings of normal clips, and embeds them.

        Args:
            embedder: What `train` gave.
            head: Likewise.
            normals: The normal clips.
            classes: Name of the auxiliary class of each.
            keys: `<machine>` and `<machine>/<section>` of the detector.

        Returns:
            Embedder and head of the detector, and the clips' embeddings.

        Raises:
            ValueError: If no clip could be decoded.
        """
        raise NotImplementedError

    def fit_scorer(
        self,
        embeddings: Embeddings,
        groups: Mapping[str, Sequence[int]],
        head: keras.layers.Layer | None = None,
    ) -> keras.layers.Layer:
        """The scorer of the settings, fitted.

        Args:
            embeddings: Embeddings of normal clips.
            groups: From `<machine>/<section>` to its one group, see
                `LabelMap.groups`.
            head: Head of the detector.
        """
        raise NotImplementedError

    def embed_again(
        self, embeddings: Embeddings, is_fitted: NDArray[np.bool_]
    ) -> NDArray:
        """Vectors as they are when only some rows are fitted on.

        Args:
            embeddings: What `embed` gave.
            is_fitted: Whether each row is fitted on, `(windows,)`.

        Returns:
            All vectors, `(windows, embedding_dim)`.
        """
        return embeddings.vectors

    @property
    def has_seen_clips(self) -> bool:
        """Whether the embedder was trained on the normal clips."""
        return True
