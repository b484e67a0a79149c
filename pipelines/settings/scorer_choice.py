"""Scorers that suit the other settings of a run."""

import dataclasses
from collections.abc import Sequence

from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.reading import read_record
from pipelines.settings.scorers import CustomScorer
from pipelines.settings.scorers import Scorer


def choose_scorers(texts: Sequence[str], config: Config) -> list[Scorer]:
    """The scorers that are asked for; `all`: every one that suits.

    Args:
        texts: Labels such as `Mahalanobis(covariance=domain)`, or `all`.
        config: Settings that they must suit.

    Raises:
        ValueError: If there is none of that name, or it does not suit.

    >>> choose_scorers(["Mahalanobis"], Config())
    [Mahalanobis(space='own', covariance='shared')]
    """
    if "all" in texts:
        return list_scorers(config)
    scorers = [read_record("scorer", text) for text in texts]
    for scorer in scorers:
        dataclasses.replace(config, scorer=scorer)
    return scorers


def list_scorers(config: Config) -> list[Scorer]:
    """Every scorer that suits, with its variants.

    >>> [scorer.reads for scorer in list_scorers(Config())][:3]
    ['cosine', 'cosine', 'embedding']
    """
    known = [
        kind(**fields)
        for kind in kinds(Scorer).values()
        if kind is not CustomScorer
        for fields in kind.variants
    ]
    return [scorer for scorer in known if _suits(scorer, config)]


def _suits(scorer: Scorer, config: Config) -> bool:
    try:
        dataclasses.replace(config, scorer=scorer)
    except ValueError:
        return False
    return True
