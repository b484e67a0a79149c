"""Scorers by their names, fitted on the embeddings of normal clips."""

import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_asd.layers import JoinedHead
from keras_asd.scorers import CentreAngle
from keras_asd.scorers import Centroids
from keras_asd.scorers import GaussianMixture
from keras_asd.scorers import HeadScore
from keras_asd.scorers import JoinedScorer
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import LogOdds
from keras_asd.scorers import Mahalanobis
from keras_asd.scorers import MinimumOverDomains
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import Scorer
from keras_asd.scorers import ScoreSum
from keras_asd.scorers import SelectiveMahalanobis
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fused import make_statistics_embedder
from pipelines.methods.fused import whitened_again
from pipelines.runs.labels import part_name
from pipelines.settings.config import Config
from pipelines.settings.loss_facts import HEAD_SCORERS
from pipelines.settings.loss_facts import LOSSES
from pipelines.settings.presets import choose_preset

# Each makes a scorer of any embeddings, to be fitted, `space` among its
# arguments.
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
# Likewise, of a `ReconstructionEmbedder` alone.
DISTANCE_SCORERS = {
    "selective_mahalanobis": "frames",
    "selective_mahalanobis_published": "published",
}
SCORER_NAMES = (*HEAD_SCORERS, *SCORERS, *DISTANCE_SCORERS)


def with_scorer(config: Config, name: str, space: str | None = None) -> Config:
    """The same settings with another scorer.

    Raises:
        ValueError: If there is none of that name, or it does not suit them.

    >>> with_scorer(Config(), "mahalanobis").space
    'own'
    """
    _check_name(name)
    changes: dict[str, Any] = {"scorer": name, "space": space or config.space}
    return dataclasses.replace(config, **changes)


def _check_name(name: str) -> None:
    if name not in SCORER_NAMES:
        raise ValueError(
            f"`scorer` must be one of {', '.join(SCORER_NAMES)}. "
            f"Received: scorer={name!r}."
        )


def make_scorer(config: Config) -> Any:
    """The scorer of a configuration, not fitted yet.

    Raises:
        ValueError: If there is none of that name.

    >>> make_scorer(Config(scorer="mahalanobis")).covariance
    'shared'
    """
    _check_name(config.scorer)
    if config.scorer.startswith("centre_angle"):
        # A margin belongs to the losses that trained with one.
        has_margin = config.is_trained and LOSSES[config.loss].has_margin
        margin = config.margin if has_margin else 0.0
        is_published = config.scorer.endswith("published")
        form = "published" if is_published else "logit"
        return CentreAngle(margin=margin, scale=config.scale, form=form)
    if config.scorer == "error":
        return HeadScore()
    if config.scorer in HEAD_SCORERS:
        is_literal = config.scorer.endswith("literal")
        return LogOdds("literal" if is_literal else "logit")
    if config.scorer in DISTANCE_SCORERS:
        return SelectiveMahalanobis(form=DISTANCE_SCORERS[config.scorer])
    space = {} if config.space == "own" else {"space": config.space}
    return SCORERS[config.scorer](**space)


def fit_scorer(
    config: Config,
    embeddings: Embeddings,
    groups: Mapping[str, Sequence[int]],
    head: keras.layers.Layer | None = None,
) -> keras.layers.Layer:
    """The scorer of a configuration, fitted.

    Args:
        config: Settings of the run.
        embeddings: Of normal clips.
        groups: From `<machine>/<section>` to its one group, as in
            `LabelMap.groups`.
        head: Of the detector, whose networks it is made of where there are
            several.

    >>> rows = np.arange(4)
    >>> keys = np.array(["fan/a"] * 4)
    >>> normals = Embeddings(np.eye(4, 8), keys, rows > 4, rows)
    >>> config = Config(scorer="nearest_neighbors")
    >>> fit_scorer(config, normals, {"fan/a": (0,)}).num_groups
    1
    """
    reads_head = config.scorer in HEAD_SCORERS
    if reads_head and isinstance(head, JoinedHead):
        counts = [one.num_classes for one in head.heads]
        return JoinedScorer([make_scorer(config) for _ in counts], counts)
    places = np.array([groups[key][0] for key in embeddings.keys.tolist()])
    if config.fusion != "none":
        return _fit_sum(config, embeddings, places)
    sections = {key: own[0] for key, own in groups.items() if "/" in key}
    names = sorted({part_name(key, config.networks) for key in sections})
    if reads_head or len(names) < 2:
        return make_scorer(config).fit(
            embeddings.vectors, places, embeddings.is_target
        )
    # The groups of a network stand in a row.
    parts = np.zeros(len(sections), int)
    for key, group in sections.items():
        parts[group] = names.index(part_name(key, config.networks))
    firsts = np.searchsorted(parts, np.arange(len(names)))
    if isinstance(head, JoinedHead):
        dims = head.dims
    else:
        dims = [embeddings.vectors.shape[1] // len(names)] * len(names)
    return JoinedScorer([make_scorer(config) for _ in names], dims).fit(
        embeddings.whole(sum(dims)),
        parts[places],
        places - firsts[parts[places]],
        embeddings.is_target,
    )


def _fit_sum(
    config: Config, embeddings: Embeddings, places: np.ndarray
) -> ScoreSum:
    """The configuration's scorer, and that of the statistics behind."""
    behind = make_statistics_embedder(config).embedding_dim
    dims = [embeddings.vectors.shape[1] - behind, behind]
    own = choose_preset("training_free")
    return ScoreSum([make_scorer(config), make_scorer(own)], dims).fit(
        embeddings.vectors,
        places,
        embeddings.is_target,
        embeddings.clips,
        whitened_again(embeddings, config),
    )


def choose_scorers(
    names: Sequence[str], config: Config | None = None
) -> list[str]:
    """The scorers that are asked for by name; `all`: every one that suits.

    Args:
        names: Of scorers, or `all`.
        config: What they must suit; the settings of `Config()` if `None`.

    Raises:
        ValueError: If there is none of that name, or it does not suit.

    >>> choose_scorers(["mahalanobis"])
    ['mahalanobis']
    """
    config = config or Config()
    if "all" in names:
        return [name for name in SCORER_NAMES if _suits(config, name)]
    for name in names:
        with_scorer(config, name)
    return list(names)


def _suits(config: Config, name: str) -> bool:
    try:
        with_scorer(config, name)
    except ValueError:
        return False
    return True
