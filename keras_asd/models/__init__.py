"""Networks from waveforms to embeddings, cosines and scores."""

from keras_asd.models.classifier import Classifier
from keras_asd.models.detector import AnomalyDetector
from keras_asd.models.dual_branch_embedder import DualBranchEmbedder
from keras_asd.models.embedder import Embedder
from keras_asd.models.flow import Flow
from keras_asd.models.flow_embedder import FlowEmbedder
from keras_asd.models.folding import fold
from keras_asd.models.joined_embedder import JoinedEmbedder
from keras_asd.models.mobile_facenet import MobileFaceNet
from keras_asd.models.mobilenet_embedder import MobileNetEmbedder
from keras_asd.models.portable import portable
from keras_asd.models.published_weights import load_published_weights
from keras_asd.models.reconstruction_embedder import ReconstructionEmbedder
from keras_asd.models.spectrogram_branch import SpectrogramBranch
from keras_asd.models.spectrum_branch import SpectrumBranch
from keras_asd.models.statistics_embedder import StatisticsEmbedder
from keras_asd.models.views_embedder import ViewsEmbedder

__all__ = [
    "AnomalyDetector",
    "Classifier",
    "DualBranchEmbedder",
    "Embedder",
    "Flow",
    "FlowEmbedder",
    "JoinedEmbedder",
    "MobileFaceNet",
    "MobileNetEmbedder",
    "ReconstructionEmbedder",
    "SpectrogramBranch",
    "SpectrumBranch",
    "StatisticsEmbedder",
    "ViewsEmbedder",
    "fold",
    "load_published_weights",
    "portable",
]
