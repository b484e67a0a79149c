"""How well scores tell anomalies from normal clips."""

from keras_asd.metrics.bootstrap import percentile_interval
from keras_asd.metrics.bootstrap import resample_counts
from keras_asd.metrics.margin_free_accuracy import MarginFreeAccuracy
from keras_asd.metrics.roc import partial_auc
from keras_asd.metrics.roc import roc_auc
from keras_asd.metrics.roc import roc_curves
from keras_asd.metrics.roc import standardized_area

__all__ = [
    "MarginFreeAccuracy",
    "partial_auc",
    "percentile_interval",
    "resample_counts",
    "roc_auc",
    "roc_curves",
    "standardized_area",
]
