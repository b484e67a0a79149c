"""Base class of the methods that fit a detector."""

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

    A training calls `train`, then `embed`, then `fit_scorer`. A search trains
    the model that `build` returns, and then calls `embed` and `fit_scorer`.
    Callers never depend on the kind of method.

    Args:
        config: Settings of the run.

    >>> from pipelines.methods.choice import choose_method
    >>> isinstance(choose_method(Config()), Method)
    True
    """

    def __init__(self, config: Config):
        self.config = config

    def build(self, num_classes: int) -> keras.Model:
        """The model that Keras trains, or the embedder if none is trained."""
        raise NotImplementedError

    def train(
        self, tasks: Sequence[Task], run: RunFolder
    ) -> tuple[keras.Model, keras.layers.Layer | None]:
        """Trains on the tasks, resuming the run if it was interrupted.

        Args:
            tasks: Task of each network.
            run: Folder of the run.

        Returns:
            Embedder and head; the head is `None` where nothing is trained.
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
        """Embeds normal clips, and fits what depends on their embeddings.

        Args:
            embedder: Embedder from `train`.
            head: Head from `train`.
            normals: Normal clips.
            classes: Name of the auxiliary class of each clip.
            keys: Names `<machine>` and `<machine>/<section>` of the detector.

        Returns:
            Embedder and head of the detector, and the clips' embeddings.

        Raises:
            ValueError: If no clip could be decoded.
        """
        raise NotImplementedError

    def embed_more(
        self,
        embedder: keras.Model,
        clips: Sequence[InspectedClip],
        keys: Sequence[str],
    ) -> Embeddings:
        """Embeds clips that came after the training; nothing is fitted.

        Args:
            embedder: Embedder of the detector.
            clips: Normal clips.
            keys: Names `<machine>` and `<machine>/<section>` of the detector.

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
        """Builds and fits the configured scorer.

        Args:
            embeddings: Embeddings of normal clips.
            groups: Mapping from `<machine>/<section>` to its one group, see
                `LabelMap.groups`.
            head: Head of the detector.
        """
        raise NotImplementedError

    def embed_again(
        self, embeddings: Embeddings, is_fitted: NDArray[np.bool_]
    ) -> NDArray:
        """Vectors of all rows when the method is fitted on some rows only.

        Args:
            embeddings: Embeddings from `embed`.
            is_fitted: Whether each row is used for fitting, `(windows,)`.

        Returns:
            All vectors, `(windows, embedding_dim)`.
        """
        return embeddings.vectors

    @property
    def has_seen_clips(self) -> bool:
        """Whether the embedder was trained on the normal clips."""
        return True
