"""Choice of scorers that are compatible with a configuration."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.labels import parse_label
from pipelines.settings.reading import read_record
from pipelines.settings.scorers import CustomScorer
from pipelines.settings.scorers import Scorer


def choose_scorers(texts: Sequence[str], config: Config) -> list[Scorer]:
    """Scorers from their labels, or `all` compatible ones.

    A label without a space takes the space of the configured scorer.

    Args:
        texts: Labels such as `Mahalanobis(covariance=domain)`, or `all`.
        config: Settings that the scorers must be compatible with.

    Raises:
        ValueError: If there is no such scorer, or it is not compatible.

    >>> choose_scorers(["Mahalanobis"], Config())
    [Mahalanobis(space='own', covariance='shared')]
    """
    if "all" in texts:
        return list_scorers(config)
    scorers = [
        _in_space(read_record("scorer", text), config)
        if "space" not in parse_label(text)[1]
        else read_record("scorer", text)
        for text in texts
    ]
    for scorer in scorers:
        dataclasses.replace(config, scorer=scorer)
    return scorers


def list_scorers(config: Config) -> list[Scorer]:
    """All compatible scorers and variants, in the configured scorer's space.

    >>> [scorer.reads for scorer in list_scorers(Config())][:3]
    ['cosine', 'cosine', 'embedding']
    """
    known = [
        _in_space(kind(**fields), config)
        for kind in kinds(Scorer).values()
        if kind is not CustomScorer
        for fields in kind.variants
    ]
    return [scorer for scorer in known if _suits(scorer, config)]


def _in_space(scorer: Scorer, config: Config) -> Scorer:
    space = getattr(config.scorer, "space", None)
    if space is None or not hasattr(scorer, "space"):
        return scorer
    changes: dict[str, Any] = {"space": space}
    return dataclasses.replace(scorer, **changes)


def _suits(scorer: Scorer, config: Config) -> bool:
    try:
        dataclasses.replace(config, scorer=scorer)
    except ValueError:
        return False
    return True
