"""The whole way in Python: `from keras_asd import Detector`."""

from pipelines.detector.detector import Detector

__all__ = ["Detector"]
