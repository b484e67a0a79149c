"""Record of the settings of a search."""

import dataclasses
import json
from typing import Any
from typing import Literal

from pipelines.settings.config import Config
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings
from tuning.settings.objectives import OBJECTIVES


@dataclasses.dataclass(frozen=True)
class SearchSettings:
    """Settings of a search.

    Args:
        config: Base configuration of the trials. Its hold-out share is that of
            the search, so that the objective has clips.
        parameters: Names of the searched parameters, see `RANGES`.
        objective: Objective: `val_proxy_auc`, which needs no anomalies, or
            `val_official_score` on the labelled clips of `development`.
        development: Data folders with labelled test clips, for
            `val_official_score`.
        tuner: Method that chooses values: `random`, `bayesian`, `hyperband` or
            `grid`.
        trials: Largest number of trials; that of Hyperband follows from the
            epochs.
        patience: Epochs without a better objective after which a trial ends and
            keeps its best; with 0 it is evaluated after its last epoch.
        seed: Seed of the choice of values.

    Raises:
        ValueError: If a value is out of its range.

    >>> SearchSettings(Config(), trials=4).parameters
    ('margin', 'scale', 'mix_alpha')
    """

    config: Config
    parameters: tuple[str, ...] = ("margin", "scale", "mix_alpha")
    objective: str = "val_proxy_auc"
    development: tuple[str, ...] = ()
    tuner: Literal["random", "bayesian", "hyperband", "grid"] = "bayesian"
    trials: int = 12
    patience: int = 0
    seed: int = 0

    def __post_init__(self):
        for name, is_right, rule in (
            ("parameters", bool(self.parameters), "at least one name"),
            ("trials", self.trials >= 1, "at least 1"),
            ("patience", self.patience >= 0, "0 or more epochs"),
            (
                "tuner",
                self.tuner != "hyperband" or self.config.epochs >= 3,
                "another where a trial has fewer than 3 epochs",
            ),
            ("seed", 0 <= self.seed < 2**31, "in [0, 2**31)"),
            (
                "config",
                self.config.is_one_network and self.config.pretraining is None,
                "of one network without pre-training: a search trains no other",
            ),
            (
                "objective",
                self.objective in OBJECTIVES,
                f"one of {', '.join(OBJECTIVES)}",
            ),
            (
                "development",
                self.objective not in OBJECTIVES
                or OBJECTIVES[self.objective].needs_development
                == bool(self.development),
                "given with an objective of labelled clips, such as "
                "`val_official_score`, and only with it",
            ),
        ):
            if not is_right:
                raise ValueError(
                    f"`{name}` must be {rule}. "
                    f"Received: {name}={getattr(self, name)!r}."
                )


def encode_settings(settings: SearchSettings) -> str:
    """The settings as one line of JSON.

    >>> from pipelines.settings.losses import NoisyArcMix
    >>> settings = SearchSettings(Config(loss=NoisyArcMix(0.5)), trials=4)
    >>> decode_settings(encode_settings(settings)) == settings
    True
    """
    fields = {
        field.name: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
    }
    return json.dumps({**fields, "config": write_settings(settings.config)})


def decode_settings(text: str) -> SearchSettings:
    """Settings from the text of `encode_settings`.

    Raises:
        ValueError: If the text is not valid, for example of another version of
            this package.

    >>> decode_settings("{}")
    Traceback (most recent call last):
    ValueError: Settings of a search must be as this version writes them...
    """
    try:
        fields = json.loads(text)
        config = read_settings(fields.pop("config"))
        return SearchSettings(config=config, **_with_tuples(fields))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            "Settings of a search must be as this version writes them. "
            f"Received: {text[:60]!r}: {error}. Use the same version of "
            "keras_asd on every machine."
        ) from error


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in fields.items()
    }
