"""Settings of scorers, from embeddings to anomaly scores."""

from pipelines.settings.scorers.by_head import CentreAngle
from pipelines.settings.scorers.by_head import HeadScore
from pipelines.settings.scorers.by_head import LogOdds
from pipelines.settings.scorers.by_head import SelectiveMahalanobis
from pipelines.settings.scorers.by_space import Centroids
from pipelines.settings.scorers.by_space import GaussianMixture
from pipelines.settings.scorers.by_space import LocalDensity
from pipelines.settings.scorers.by_space import Mahalanobis
from pipelines.settings.scorers.by_space import MinimumOverDomains
from pipelines.settings.scorers.by_space import NearestNeighbors
from pipelines.settings.scorers.by_views import ViewSum
from pipelines.settings.scorers.custom import CustomScorer
from pipelines.settings.scorers.scorer import Scorer

__all__ = [
    "CentreAngle",
    "Centroids",
    "CustomScorer",
    "GaussianMixture",
    "HeadScore",
    "LocalDensity",
    "LogOdds",
    "Mahalanobis",
    "MinimumOverDomains",
    "NearestNeighbors",
    "Scorer",
    "SelectiveMahalanobis",
    "ViewSum",
]
