"""Networks from waveforms to embeddings, cosines and scores."""

from keras_asd.models.classifier import Classifier
from keras_asd.models.detector import AnomalyDetector
from keras_asd.models.embedder import Embedder
from keras_asd.models.mobile_facenet import MobileFaceNet
from keras_asd.models.published_weights import load_published_weights

__all__ = [
    "AnomalyDetector",
    "Classifier",
    "Embedder",
    "MobileFaceNet",
    "load_published_weights",
]
