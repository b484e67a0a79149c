"""Scorers: from embeddings and cosines to anomaly scores."""

from keras_asd.scorers.calibration import Calibration
from keras_asd.scorers.centre_angle import CentreAngle
from keras_asd.scorers.centroids import Centroids
from keras_asd.scorers.gaussian_mixture import GaussianMixture
from keras_asd.scorers.head_score import HeadScore
from keras_asd.scorers.joined_scorer import JoinedScorer
from keras_asd.scorers.local_density import LocalDensity
from keras_asd.scorers.log_odds import LogOdds
from keras_asd.scorers.mahalanobis import Mahalanobis
from keras_asd.scorers.minimum_over_domains import MinimumOverDomains
from keras_asd.scorers.nearest_neighbors import NearestNeighbors
from keras_asd.scorers.peak_excess import PeakExcess
from keras_asd.scorers.score_sum import ScoreSum

# What they have in common: for type hints, not a scorer of its own.
from keras_asd.scorers.scorer import Scorer as Scorer
from keras_asd.scorers.selective_mahalanobis import SelectiveMahalanobis
from keras_asd.scorers.view_sum import ViewSum

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
    "PeakExcess",
    "ScoreSum",
    "SelectiveMahalanobis",
    "ViewSum",
]
