"""Grid search: every combination of a few values."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import keras_tuner

from tuning.oracles.durable_trials import DurableTrials
from tuning.oracles.keras_tuner_internals import Fixed
from tuning.oracles.keras_tuner_internals import TrialStatus


class GridOracle(DurableTrials):
    """Oracle of a grid search.

    The defaults come first, and the last name varies fastest.

    keras-tuner's oracle proposes at most two trials at a time, and loses its
    state; here the combination depends on the index of the trial only.

    Args:
        **kwargs: Arguments of `DurableTrials`.

    >>> GridOracle.__mro__[1].__name__
    'DurableTrials'
    """

    def populate_space(self, trial_id: str) -> Mapping[str, Any]:
        combinations = itertools.product(
            *map(grid_values, self.hyperparameters.space)
        )
        index = len(self.trials)
        chosen = next(itertools.islice(combinations, index, None), None)
        if chosen is None:
            return {"status": TrialStatus.STOPPED}
        names = (parameter.name for parameter in self.hyperparameters.space)
        return {
            "status": TrialStatus.RUNNING,
            "values": dict(zip(names, chosen, strict=True)),
        }


def grid_values(parameter: Any) -> list[Any]:
    """Values of a hyperparameter, its default first.

    >>> hp = keras_tuner.HyperParameters()
    >>> _ = hp.Choice("scale", [15.0, 30.0, 60.0], default=30.0)
    >>> grid_values(hp.space[0])
    [30.0, 15.0, 60.0]
    """
    values, default = list(parameter.values), parameter.default
    return [default, *sorted(set(values) - {default}, key=values.index)]


def grid_size(space: keras_tuner.HyperParameters) -> int:
    """Number of combinations.

    >>> hp = keras_tuner.HyperParameters()
    >>> _ = hp.Choice("scale", [15.0, 30.0]), hp.Boolean("gate")
    >>> grid_size(hp)
    4
    """
    return math.prod(
        len(grid_values(parameter))
        for parameter in space.space
        if not isinstance(parameter, Fixed)
    )
