"""Method of a configuration: networks, statistics or both fused."""

from pipelines.methods.fused import Fused
from pipelines.methods.method import Method
from pipelines.methods.networks import Networks
from pipelines.methods.statistics import Statistics
from pipelines.settings.config import Config


def choose_method(config: Config) -> Method:
    """The method that fits a detector with these settings.

    >>> type(choose_method(Config())).__name__
    'Networks'
    """
    if not config.is_trained:
        return Statistics(config)
    return Fused(config) if config.is_fused else Networks(config)
