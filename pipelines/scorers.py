"""Scorers by their names, fitted on the embeddings of normal clips."""

import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_asd.scoring import CentreAngle
from keras_asd.scoring import Centroids
from keras_asd.scoring import GaussianMixture
from keras_asd.scoring import LocalDensity
from keras_asd.scoring import Mahalanobis
from keras_asd.scoring import MinimumOverDomains
from keras_asd.scoring import NearestNeighbors
from keras_asd.scoring import Scorer
from pipelines.config import Config
from pipelines.embeddings import Embeddings

# Each makes a scorer that is to be fitted, `space` among its arguments.
SCORERS: dict[str, Callable[..., Scorer]] = {
    "centroids": Centroids,
    "nearest_neighbors": NearestNeighbors,
    "gaussian_mixture": GaussianMixture,
    "mahalanobis": functools.partial(Mahalanobis, "shared"),
    "mahalanobis_of_domains": functools.partial(Mahalanobis, "domain"),
    "local_density": LocalDensity,
    "minimum_over_domains": lambda **space: MinimumOverDomains(
        NearestNeighbors(**space)
    ),
}
SCORER_NAMES = ("centre_angle", *SCORERS)


def with_scorer(config: Config, name: str, space: str | None = None) -> Config:
    """The same settings with another scorer.

    >>> with_scorer(Config(), "mahalanobis").space
    'own'
    """
    changes: dict[str, Any] = {"scorer": name, "space": space or config.space}
    return dataclasses.replace(config, **changes)


def make_scorer(config: Config) -> Scorer:
    """The scorer of a configuration, not fitted yet.

    Raises:
        ValueError: If there is none of that name.

    >>> make_scorer(Config(scorer="mahalanobis")).covariance
    'shared'
    """
    if config.scorer == "centre_angle":
        # A margin belongs to the losses that trained with one.
        has_margin = config.is_trained and config.targets != "soft"
        margin = config.margin if has_margin else 0.0
        return CentreAngle(margin=margin, scale=config.scale)
    if config.scorer not in SCORERS:
        raise ValueError(
            f"`scorer` must be one of {', '.join(SCORER_NAMES)}. "
            f"Received: scorer={config.scorer!r}."
        )
    space = {} if config.space == "own" else {"space": config.space}
    return SCORERS[config.scorer](**space)


def fit_scorer(
    config: Config,
    embeddings: Embeddings,
    groups: Mapping[str, Sequence[int]],
) -> Scorer:
    """The scorer of a configuration, fitted.

    Args:
        config: Settings of the run.
        embeddings: Of normal clips.
        groups: From `<machine>/<section>` to its one group, as in
            `LabelMap.groups`.

    >>> rows = np.arange(4)
    >>> keys = np.array(["fan/a"] * 4)
    >>> normals = Embeddings(np.eye(4, 8), keys, rows > 4, rows)
    >>> config = Config(scorer="nearest_neighbors")
    >>> fit_scorer(config, normals, {"fan/a": (0,)}).num_groups
    1
    """
    places = np.array([groups[key][0] for key in embeddings.keys.tolist()])
    return make_scorer(config).fit(
        embeddings.vectors, places, embeddings.is_target
    )


def choose_scorers(names: Sequence[str]) -> list[str]:
    """The scorers that are asked for by name; `all` means every one.

    Raises:
        ValueError: If there is none of that name.

    >>> choose_scorers(["mahalanobis"])
    ['mahalanobis']
    """
    if "all" in names:
        return list(SCORER_NAMES)
    for name in names:
        make_scorer(with_scorer(Config(), name))
    return list(names)
