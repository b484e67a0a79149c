"""Detectors with matrix products in place of Fourier transforms."""

import keras

from keras_asd.models.detector import AnomalyDetector


def portable(
    detector: AnomalyDetector, has_prelu: bool = False
) -> AnomalyDetector:
    """The same detector with its Fourier transforms as matrix products.

    Scores differ by what float32 rounds. The choice is one of the layers, not
    of the embedder's configuration: saved and loaded, the detector has the
    backend's transforms again.

    Args:
        detector: It is not changed; head, scorer and whatever else it is
            made of are shared with the new one.
        has_prelu: Whether the form has an operation for the PReLUs that
            `fold` has made maxima of.

    >>> from keras_asd.layers import ClassCosine
    >>> from keras_asd.models.embedder import Embedder
    >>> embedder = Embedder(samples=16_000, width=0.25)
    >>> detector = AnomalyDetector(embedder, ClassCosine(2), None, {"fan": [0]})
    >>> portable(detector).embedder.front_end.transform
    'matrix'
    """
    embedder = detector.embedder
    config = embedder.get_config()
    if has_prelu and "has_steep_slopes" in config:
        config["has_steep_slopes"] = True
    copy = type(embedder).from_config(config)
    if not copy.built:
        copy(keras.KerasTensor((None, detector.samples), "float32"))
    copy.set_weights(embedder.get_weights())
    _take_matrices(copy)
    return detector.with_parts(embedder=copy, calibration=detector.calibration)


def _take_matrices(model) -> None:
    for layer in model.layers:
        if getattr(layer, "transform", None) == "fft":
            layer.transform = "matrix"
        elif hasattr(layer, "layers"):
            _take_matrices(layer)
