"""Method of trained networks: one, or one for each machine or section."""

import logging
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.layers import JoinedHead
from keras_asd.models import Classifier
from keras_asd.models import JoinedEmbedder
from keras_asd.models.sizes import read_embedding_dim
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.method import Method
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.windows import stream_windows
from pipelines.settings.config import Config
from pipelines.training.assembly import make_classifier
from pipelines.training.fitting import fit_classifier
from pipelines.training.pretraining import pretrain
from pipelines.training.tasks import Task

logger = logging.getLogger(__name__)


class Networks(Method):
    """Method of one network, or of one for each machine or section.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> Networks(config).build(num_classes=3).head.num_classes
    3
    """

    def build(self, num_classes: int) -> Classifier:
        """The compiled classifier."""
        return make_classifier(self.config, num_classes)

    def train(
        self, tasks: Sequence[Task], run: RunFolder
    ) -> tuple[keras.Model, keras.layers.Layer]:
        """Embedder and head, joined if there are several networks."""
        if len(tasks) == 1:
            return self._train_network(tasks[0], run)
        trained = []
        for index, task in enumerate(tasks):
            logger.info(
                "network %d of %d: %s", index + 1, len(tasks), task.name
            )
            part = run.part(index, task.name)
            trained.append(self._train_network(task, part))
        embedders = [embedder for embedder, _ in trained]
        samples = self.config.samples
        dims = [read_embedding_dim(each, samples) for each in embedders]
        head = JoinedHead([head for _, head in trained], dims)
        return JoinedEmbedder(embedders), head

    def embed(self, embedder, head, normals, classes, keys):
        """The embedder and head unchanged, and the clips' embeddings."""
        embeddings = embed_by_networks(embedder, keys, normals, self.config)
        return embedder, head, embeddings

    def embed_more(self, embedder, clips, keys):
        """Embeddings of clips that came after the training."""
        return embed_by_networks(embedder, keys, clips, self.config)

    def fit_scorer(self, embeddings, groups, head=None):
        """The fitted scorer, one for each network."""
        return fit_scorer(self.config, embeddings, groups, head)

    def _train_network(
        self, task: Task, run: RunFolder
    ) -> tuple[keras.Model, keras.layers.Layer]:
        config = self.config
        # Seeded here, so that no network depends on those trained before.
        keras.utils.set_random_seed(config.seed)
        start = None
        if run.latest is None and task.examples:
            start = self._first_classifier(task, run)
        classifier = fit_classifier(
            task.examples,
            task.listed,
            task.label_map,
            config,
            run,
            classifier=start,
        )
        embedder = config.embedder.build(config)
        embedder.set_weights(classifier.embedder.get_weights())
        windows = _normal_windows(task.listed, config)
        config.embedder.fit_after(embedder, windows)
        return embedder, classifier.head

    def _first_classifier(self, task: Task, run: RunFolder) -> Classifier:
        """Initial classifier of a training that has no checkpoint yet."""
        config, label_map = self.config, task.label_map
        weights = None
        if config.pretraining is not None:
            weights = pretrain(
                task.examples, task.listed, label_map, config, run
            )
            keras.utils.set_random_seed(config.seed)
        classifier = make_classifier(
            config, len(label_map.classes), label_map.first_own_class
        )
        if weights is not None:
            classifier.embedder.set_weights(weights)
        windows = _normal_windows(task.listed, config)
        config.embedder.fit_before(classifier.embedder, windows)
        return classifier


def _normal_windows(
    listed: Sequence[ListedClip], config: Config
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Windows of training clips, and whether each is of the target domain.

    Held-out clips are not included, since calibration needs them unseen.
    """
    normals = normal_clips([entry for entry in listed if entry.role == "train"])
    domains = np.array([inspected.clip.domain or "" for inspected in normals])
    for indices, windows in stream_windows(normals, config, "measuring"):
        yield windows, domains[indices] == "target"
