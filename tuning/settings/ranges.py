"""Searchable parameters and their ranges."""

from collections.abc import Sequence
from typing import Any

from pipelines.settings.config import Config
from pipelines.settings.embedders import Embedder
from pipelines.settings.fields import Range
from pipelines.settings.fields import search_ranges
from pipelines.settings.front_ends import FrontEnd
from pipelines.settings.labels import kinds
from pipelines.settings.labels import label
from pipelines.settings.losses import Loss
from pipelines.settings.scorer_choice import list_scorers
from pipelines.settings.scorers import Scorer
from tuning.settings.values import find_record
from tuning.settings.values import with_values


def _all_ranges() -> dict[str, Range]:
    records: list[type] = [Config]
    bases: tuple[Any, ...] = (Embedder, FrontEnd, Loss, Scorer)
    for base in bases:
        records.extend(kinds(base).values())
    ranges: dict[str, Range] = {}
    for record in records:
        ranges = {**search_ranges(record), **ranges}
    return ranges


# All settings with a search range, of any record.
RANGES = _all_ranges()

# Default parameters of a search, as far as they have an effect.
OF_INTEREST = {
    True: (
        "margin",
        "scale",
        "num_subclusters",
        "adaptive_scale",
        "mix_alpha",
    ),
    False: ("scorer", "space", "num_mel_bins", "level"),
}
# Settings that are used by training only.
_OF_TRAINING = {"learning_rate", "weight_decay"}


def default_parameters(config: Config) -> tuple[str, ...]:
    """Default parameters of a search.

    >>> default_parameters(Config())
    ('margin', 'scale', 'mix_alpha')
    """
    names = OF_INTEREST[config.is_trained]
    effective = tuple(name for name in names if has_effect(name, config, names))
    return effective or ("learning_rate", "weight_decay")


def check_parameters(names: Sequence[str], config: Config) -> None:
    """Checks that parameters can be searched over with these settings.

    Raises:
        ValueError: For a name that is unknown, given twice, or without an
            effect.

    >>> from pipelines.settings.losses import AdaCos
    >>> check_parameters(["margin"], Config(loss=AdaCos()))
    Traceback (most recent call last):
    ValueError: `parameters` must be settings with an effect. Received: ...
    """
    for index, name in enumerate(names):
        if name not in RANGES:
            fault = "which is not one of those with a range"
        elif name in names[:index]:
            fault = "twice"
        elif not has_effect(name, config, names):
            fault = (
                f"which has none with embedder={label(config.embedder)}, "
                f"loss={label(config.loss)}, scorer={label(config.scorer)}"
            )
        else:
            continue
        known = [other for other in RANGES if has_effect(other, config, names)]
        raise ValueError(
            "`parameters` must be settings with an effect. Received: "
            f"{name}, {fault}. Choose among {', '.join(known)}."
        )


def has_effect(name: str, config: Config, names: Sequence[str] = ()) -> bool:
    """Whether a setting has an effect, given the others.

    Args:
        name: Name of the setting, in `RANGES`.
        config: Configuration with the other settings.
        names: Names of settings that are searched over with it.

    >>> has_effect("space", Config()), has_effect("space", Config(), ["scorer"])
    (False, True)
    """
    if name in _OF_TRAINING:
        return config.is_trained
    if "mix_probability" in names and find_record(config, "mix_probability"):
        # If the search includes whether to mix, settings of mixup have an
        # effect.
        config = with_values(config, {"mix_probability": 1.0})
    if name == "space" and "scorer" in names:
        return True
    record = find_record(config, name)
    if record is None or name not in search_ranges(type(record)):
        return False
    if name in getattr(record, "idle_fields", ()):
        return False
    is_choice = RANGES[name].kind == "choice"
    return not is_choice or len(list_choices(name, config)) > 1


def list_choices(name: str, config: Config) -> list:
    """Values of a choice that are compatible with the settings.

    >>> list_choices("mix_per", Config())
    ['batch', 'clip']
    """
    if name == "scorer":
        return [label(scorer) for scorer in list_scorers(config)]
    return [
        choice
        for choice in RANGES[name].choices
        if _is_allowed(config, name, choice)
    ]


def _is_allowed(config: Config, name: str, choice: object) -> bool:
    try:
        with_values(config, {name: choice})
    except ValueError:
        return False
    return True
