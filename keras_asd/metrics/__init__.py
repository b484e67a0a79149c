"""Metrics of anomaly scores and decisions."""

from keras_asd.metrics.bootstrap import percentile_interval
from keras_asd.metrics.bootstrap import resample_counts
from keras_asd.metrics.dcase import official_scores
from keras_asd.metrics.dcase_bootstrap import PairedDifference
from keras_asd.metrics.dcase_bootstrap import official_interval
from keras_asd.metrics.dcase_bootstrap import paired_bootstrap
from keras_asd.metrics.dcase_bootstrap import paired_difference
from keras_asd.metrics.dcase_bootstrap import resampled_scores
from keras_asd.metrics.dcase_bootstrap import section_counts
from keras_asd.metrics.dcase_clips import lacking_parts
from keras_asd.metrics.dcase_scores import OfficialScores
from keras_asd.metrics.dcase_years import harmonic_mean
from keras_asd.metrics.dcase_years import number_names
from keras_asd.metrics.dcase_years import official_score
from keras_asd.metrics.decisions import DecisionNumbers
from keras_asd.metrics.decisions import decision_numbers
from keras_asd.metrics.margin_free_accuracy import MarginFreeAccuracy
from keras_asd.metrics.roc import partial_auc
from keras_asd.metrics.roc import roc_auc
from keras_asd.metrics.roc import roc_curves
from keras_asd.metrics.roc import standardized_area
from keras_asd.metrics.share_interval import effective_clips
from keras_asd.metrics.share_interval import effective_of_mean
from keras_asd.metrics.share_interval import lowest_area
from keras_asd.metrics.share_interval import share_interval

__all__ = [
    "DecisionNumbers",
    "MarginFreeAccuracy",
    "OfficialScores",
    "PairedDifference",
    "decision_numbers",
    "effective_clips",
    "effective_of_mean",
    "harmonic_mean",
    "lacking_parts",
    "lowest_area",
    "number_names",
    "official_interval",
    "official_score",
    "official_scores",
    "paired_bootstrap",
    "paired_difference",
    "partial_auc",
    "percentile_interval",
    "resample_counts",
    "resampled_scores",
    "roc_auc",
    "roc_curves",
    "section_counts",
    "share_interval",
    "standardized_area",
]
