"""From embeddings and cosines to anomaly scores."""

from keras_asd.scoring.calibration import Calibration
from keras_asd.scoring.centre_angle import CentreAngle
from keras_asd.scoring.centroids import Centroids
from keras_asd.scoring.gaussian_mixture import GaussianMixture
from keras_asd.scoring.head_score import HeadScore
from keras_asd.scoring.joined_scorer import JoinedScorer
from keras_asd.scoring.local_density import LocalDensity
from keras_asd.scoring.log_odds import LogOdds
from keras_asd.scoring.mahalanobis import Mahalanobis
from keras_asd.scoring.minimum_over_domains import MinimumOverDomains
from keras_asd.scoring.nearest_neighbors import NearestNeighbors
from keras_asd.scoring.score_sum import ScoreSum

# What they have in common: for type hints, not a scorer of its own.
from keras_asd.scoring.scorer import Scorer as Scorer
from keras_asd.scoring.selective_mahalanobis import SelectiveMahalanobis

__all__ = [
    "Calibration",
    "CentreAngle",
    "Centroids",
    "GaussianMixture",
    "HeadScore",
    "JoinedScorer",
    "LocalDensity",
    "LogOdds",
    "Mahalanobis",
    "MinimumOverDomains",
    "NearestNeighbors",
    "ScoreSum",
    "SelectiveMahalanobis",
]
