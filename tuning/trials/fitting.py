"""From a trained model to a detector that can be judged."""

import keras

from keras_asd.models import AnomalyDetector
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.fitted_scorers import make_scorer
from pipelines.methods.fused import fuse
from pipelines.methods.statistics import mean_centres
from pipelines.methods.statistics import measure_statistics
from pipelines.methods.statistics import whiten
from pipelines.methods.statistics import whiten_embedder
from pipelines.settings.config import Config
from pipelines.training.assembly import make_detector
from pipelines.training.embedder import make_embedder
from tuning.trials.search_data import SearchData


def trial_detector(
    model: keras.Model, data: SearchData, config: Config
) -> AnomalyDetector:
    """The detector of a trial, to be judged: without decisions.

    Whatever is fitted is fitted on the clips that the trial trains on, never
    on those that it is judged by. It shares the weights of the model, unless
    that computes in half precision.

    Args:
        model: The trained classifier; ignored where nothing is trained.
        data: The clips of the search.
        config: Settings of the trial.

    Raises:
        ValueError: If a section has no clip that can be decoded.

    >>> from pipelines.training.assembly import make_classifier
    >>> from pipelines.runs.labels import LabelMap
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,)})
    >>> data = SearchData(None, (), (), label_map)
    >>> config = Config(clip_seconds=1.0, width=0.25)
    >>> detector = trial_detector(make_classifier(config, 2), data, config)
    >>> detector.scorer.margin
    0.7
    """
    if not config.is_trained:
        return _training_free_detector(data, config)
    embedder = model.embedder
    if config.mixed_precision:
        embedder = make_embedder(config)
        embedder.set_weights(model.embedder.get_weights())
    head = model.head
    scorer = make_scorer(config)
    if config.fusion != "none":
        embedder, head, embeddings = fuse(embedder, head, data.train, config)
        _check_sections(embeddings, data)
        scorer = fit_scorer(config, embeddings, data.label_map.groups)
    elif scorer.reads == "embedding":
        embeddings = embed_clips(embedder.predict_on_batch, data.train, config)
        _check_sections(embeddings, data)
        scorer = fit_scorer(config, embeddings, data.label_map.groups)
    return make_detector(config, data.label_map, embedder, head, scorer)


def _training_free_detector(
    data: SearchData, config: Config
) -> AnomalyDetector:
    statistics = measure_statistics(data.train, config)
    _check_sections(statistics, data)
    embedder = whiten_embedder(statistics, config)
    embeddings = whiten(embedder, statistics)
    names = {one.clip.path: one.class_name for one in data.examples}
    head = mean_centres(
        embeddings, [names[one.clip.path] for one in data.train]
    )
    scorer = fit_scorer(config, embeddings, data.label_map.groups)
    return make_detector(config, data.label_map, embedder, head, scorer)


def _check_sections(embeddings: Embeddings, data: SearchData) -> None:
    lost = {one.clip.key for one in data.train} - set(embeddings.keys.tolist())
    if lost:
        raise ValueError(
            "Every section must have a normal clip that can be decoded. "
            f"Received: none any more of {', '.join(sorted(lost))}. Bring "
            "the recordings back."
        )
