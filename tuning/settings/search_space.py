"""Search spaces: from hyperparameters to the settings of a trial."""

from collections.abc import Sequence
from typing import Any

import keras_tuner

from pipelines.settings.config import Config
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import Range
from tuning.settings.ranges import check_parameters
from tuning.settings.values import Value
from tuning.settings.values import value_of
from tuning.settings.values import with_values


def make_space(
    names: Sequence[str], config: Config, is_grid: bool = False
) -> keras_tuner.HyperParameters:
    """The search space over some settings.

    Args:
        names: What is searched over; see `RANGES`.
        config: What every trial starts from. Its values are the space's
            defaults, and so the first that are tried, as far as they lie in
            the ranges.
        is_grid: Whether there are the few values of a grid alone.

    Raises:
        ValueError: For names that cannot be searched over.

    >>> make_space(["margin", "scale"], Config()).values
    {'margin': 0.7, 'scale': 30.0}
    """
    hp = keras_tuner.HyperParameters()
    configure(hp, config, names, is_grid)
    return hp


def configure(
    hp: keras_tuner.HyperParameters,
    config: Config,
    names: Sequence[str],
    is_grid: bool = False,
) -> Config:
    """The settings of a trial, from its hyperparameters.

    Whatever `hp` does not have yet is declared, as keras-tuner expects it of
    a function that builds a model.

    Args:
        hp: Of the trial.
        config: As for `make_space`.
        names: Likewise.
        is_grid: Likewise.

    Raises:
        ValueError: For names that cannot be searched over, or values that do
            not go together.

    >>> hp = keras_tuner.HyperParameters()
    >>> hp.values["margin"] = 0.5
    >>> configure(hp, Config(), ["margin"]).margin
    0.5
    """
    check_parameters(names, config)
    return with_values(
        config,
        {name: _declare(hp, RANGES[name], config, is_grid) for name in names},
    )


def _declare(
    hp: keras_tuner.HyperParameters, one: Range, config: Config, is_grid: bool
) -> Value:
    base: Any = value_of(config, one.name)
    if one.kind == "choice":
        values = [base] * (base not in one.choices) + [
            choice for choice in one.choices if _is_allowed(config, one, choice)
        ]
        return hp.Choice(one.name, values, default=base)
    declare, kind = {"float": (hp.Float, float), "int": (hp.Int, int)}[one.kind]
    base = kind(base)
    if is_grid:
        values = sorted({base, *one.grid})
        return hp.Choice(one.name, values, default=base)
    default = min(max(base, one.low), one.high)
    value = declare(
        one.name,
        one.low,
        one.high,
        step=one.step,
        sampling=one.sampling,
        default=default,
    )
    # A Bayesian search gives numbers of NumPy, which no YAML takes.
    return kind(value)


def _is_allowed(config: Config, one: Range, choice: Value) -> bool:
    """Whether a choice goes with the settings that are not searched over."""
    try:
        with_values(config, {one.name: choice})
    except ValueError:
        return False
    return True
