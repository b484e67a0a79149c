"""Detector of a trial, fitted from its trained model."""

import keras

from keras_asd.models import AnomalyDetector
from pipelines.methods.choice import choose_method
from pipelines.methods.embeddings import check_sections
from pipelines.settings.config import Config
from pipelines.training.assembly import make_detector
from pipelines.training.tasks import class_names
from tuning.trials.search_data import SearchData


def trial_detector(
    model: keras.Model, data: SearchData, config: Config
) -> AnomalyDetector:
    """Builds the detector of a trial, without calibration.

    It is fitted on the clips that the trial trains on, never on those that the
    trial is evaluated on. It shares the weights of the model, unless the model
    is in half precision.

    Args:
        model: Trained classifier; ignored if nothing is trained.
        data: Clips of the search.
        config: Settings of the trial.

    Raises:
        ValueError: If a section has no clip that can be decoded.

    >>> from pipelines.training.assembly import make_classifier
    >>> from pipelines.runs.labels import LabelMap
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan/a": (0,)})
    >>> data = SearchData(None, (), (), label_map)
    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> detector = trial_detector(make_classifier(config, 2), data, config)
    >>> detector.scorer.margin
    0.7
    """
    method = choose_method(config)
    head = model.head if config.is_trained else None
    if config.is_trained and not config.mixed_precision:
        embedder = model.embedder
    else:
        embedder = config.embedder.build(config)
    if config.is_trained and config.mixed_precision:
        embedder.set_weights(model.embedder.get_weights())
    scorer = config.scorer.build(config)
    if scorer.reads == "embedding" or not config.is_trained:
        embedder, head, embeddings = method.embed(
            embedder,
            head,
            data.train,
            class_names(data.examples, data.train),
            list(data.label_map.groups),
        )
        check_sections(embeddings, data.train)
        scorer = method.fit_scorer(embeddings, data.label_map.groups)
    return make_detector(config, data.label_map, embedder, head, scorer)
