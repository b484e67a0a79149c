"""Settings of embedders, from waveforms to embeddings."""

from pipelines.settings.embedders.baselines import Flow
from pipelines.settings.embedders.baselines import MobileNet
from pipelines.settings.embedders.baselines import Reconstruction
from pipelines.settings.embedders.custom import CustomEmbedder
from pipelines.settings.embedders.dual_branch import DualBranch
from pipelines.settings.embedders.embedder import Embedder
from pipelines.settings.embedders.mobile_facenet import MobileFaceNet
from pipelines.settings.embedders.untrained import Statistics
from pipelines.settings.embedders.untrained import Views

__all__ = [
    "CustomEmbedder",
    "DualBranch",
    "Embedder",
    "Flow",
    "MobileFaceNet",
    "MobileNet",
    "Reconstruction",
    "Statistics",
    "Views",
]
