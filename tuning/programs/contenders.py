"""Contenders of a confirmation, and notes on their comparison."""

import dataclasses
from collections.abc import Sequence

from pipelines.benchmarking.data_set import labelled_sections
from pipelines.settings.config import Config
from tuning.settings.search_settings import SearchSettings
from tuning.settings.values import find_record
from tuning.settings.values import value_of
from tuning.showing.trial_ranking import format_value
from tuning.trials.judging.objective import Objective
from tuning.trials.search_data import SearchData


def contenders(
    settings: SearchSettings, config: Config, final: Config
) -> dict[str, Config]:
    """Configurations of the best trial and of its rival, by name.

    Both have the hold-out share of the search.

    Args:
        settings: Settings of the search.
        config: Configuration `final` with the best trial's values.
        final: Configuration that the search began with.

    >>> settings = SearchSettings(Config(holdout=0.2), ("margin",))
    >>> from pipelines.settings.losses import NoisyArcMix
    >>> best = Config(loss=NoisyArcMix(margin=0.5))
    >>> list(contenders(settings, best, Config()))
    ['best trial: margin 0.5', 'as it was: margin 0.7']
    """
    rows = {"best trial": config, "as it was": final}
    holdout = settings.config.holdout
    return {
        f"{name}: {_describe(row, settings.parameters)}": dataclasses.replace(
            row, holdout=holdout
        )
        for name, row in rows.items()
    }


def contender_notes(
    settings: SearchSettings,
    config: Config,
    final: Config,
    data: SearchData,
    objective: Objective | None,
) -> list[str]:
    """Notes on the limits of a confirmation.

    Args:
        settings: Settings of the search.
        config: Configuration `final` with the best trial's values.
        final: Configuration that the search began with.
        data: Clips of the search.
        objective: Objective of the trials.

    >>> import pathlib
    >>> from pipelines.runs.labels import LabelMap
    >>> data = SearchData(pathlib.Path("x"), (), (), LabelMap((), {}))
    >>> settings = SearchSettings(Config(holdout=0.05))
    >>> contender_notes(settings, Config(), Config(), data, None)
    ['The search found nothing better than what it began with.']
    """
    notes = []
    if config == final:
        notes.append("The search found nothing better than what it began with.")
    tested = {
        entry.clip.path.resolve()
        for entry in data.listed
        if entry.role == "test"
    }
    clips = objective.development_clips if objective else ()
    if tested & {inspected.clip.path.resolve() for inspected in clips}:
        notes.append(
            "The best trial was chosen by test clips that are evaluated here "
            "again, so its results are too good."
        )
    _, labelled = labelled_sections(
        entry.clip for entry in data.listed if entry.role == "test"
    )
    sections = {inspected.clip.key for inspected in data.train}
    if 0 < len(labelled) < len(sections):
        notes.append(
            f"Evaluated on {len(labelled)} of {len(sections)} sections: the "
            "others have no test clips that are known to be normal and "
            "anomalous."
        )
    holdout = settings.config.holdout
    if final.holdout != holdout:
        notes.append(
            f"Both hold out {holdout:g} of the normal clips, as the search "
            f"did; best.yaml holds out {final.holdout:g}."
        )
    return notes


def _describe(config: Config, parameters: Sequence[str]) -> str:
    """The values of the parameters that mean something for its scorer."""
    return ", ".join(
        f"{name} {format_value(value_of(config, name))}"
        for name in parameters
        if find_record(config, name) is not None
    )
