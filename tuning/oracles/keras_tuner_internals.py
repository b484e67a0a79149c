"""Private modules of keras-tuner, imported only here.

The private attributes that the oracles use are listed and tested in
`tests/tuning/oracles/test_keras_tuner_internals.py`.
"""

from keras_tuner.engine.hyperparameters import Fixed
from keras_tuner.engine.trial import Trial
from keras_tuner.engine.trial import TrialStatus
from keras_tuner.src.distribute.oracle_chief import OracleServicer
from keras_tuner.src.engine.metrics_tracking import MetricsTracker
from keras_tuner.src.protos import get_service
from keras_tuner.src.protos import get_service_grpc

__all__ = [
    "Fixed",
    "MetricsTracker",
    "OracleServicer",
    "Trial",
    "TrialStatus",
    "get_service",
    "get_service_grpc",
]
