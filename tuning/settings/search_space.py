"""Search spaces of keras-tuner, and the settings of their trials."""

from collections.abc import Sequence
from typing import Any

import keras_tuner

from pipelines.settings.config import Config
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import check_parameters
from tuning.settings.ranges import list_choices
from tuning.settings.values import Value
from tuning.settings.values import find_record
from tuning.settings.values import value_of
from tuning.settings.values import with_values


def make_space(
    names: Sequence[str], config: Config, is_grid: bool = False
) -> keras_tuner.HyperParameters:
    """Search space over some settings.

    Args:
        names: Names of the searched parameters, see `RANGES`.
        config: Base configuration of the trials. Its values, as far as they are
            in the ranges, are the defaults of the space and the first trial.
        is_grid: Whether the space has only the few values of a grid.

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
    """Settings of a trial from its hyperparameters.

    Parameters that `hp` does not have yet are declared, as keras-tuner expects
    from a function that builds a model.

    Args:
        hp: Hyperparameters of the trial.
        config: Base configuration of the trials.
        names: Names of the searched parameters, see `RANGES`.
        is_grid: Whether the space has only the few values of a grid.

    Raises:
        ValueError: For names that cannot be searched over, or incompatible
            values.

    >>> hp = keras_tuner.HyperParameters()
    >>> hp.values["margin"] = 0.5
    >>> configure(hp, Config(), ["margin"]).loss.margin
    0.5
    """
    check_parameters(names, config)
    values = {}
    for name in names:
        base = config
        if name == "scorer" and "space" in names:
            # Spaces are a parameter of their own, so they are not in the
            # labels.
            base = with_values(config, {"space": "own"})
        values[name] = _declare(hp, name, base, is_grid)
    return with_values(config, values)


def _declare(
    hp: keras_tuner.HyperParameters, name: str, config: Config, is_grid: bool
) -> Value:
    search = RANGES[name]
    if search.kind == "choice":
        choices = list_choices(name, config)
        # A scorer without a space may be replaced by one with a space.
        has_setting = find_record(config, name) is not None
        base: Any = value_of(config, name) if has_setting else choices[0]
        values = [base] * (base not in choices) + choices
        return hp.Choice(name, values, default=base)
    declare, kind = {"float": (hp.Float, float), "int": (hp.Int, int)}[
        search.kind
    ]
    base = kind(value_of(config, name))
    if is_grid:
        return hp.Choice(name, sorted({base, *search.grid}), default=base)
    value = declare(
        name,
        search.low,
        search.high,
        step=search.step,
        sampling=search.sampling,
        default=min(max(base, search.low), search.high),
    )
    # A Bayesian search yields NumPy numbers, which YAML cannot represent.
    return kind(value)
