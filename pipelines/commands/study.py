"""The command `keras-asd study`."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

from pipelines.benchmarking.designs import STUDIES
from pipelines.commands.command import OneOf
from pipelines.commands.command import command
from pipelines.commands.printing import print_report
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset

Study = Annotated[
    str, OneOf({name: study.question for name, study in STUDIES.items()})
]
Preset = Annotated[
    str,
    OneOf({name: "" for name in PRESETS if name.startswith("dual_branch")}),
]


@command
def run(
    name: Study,
    *,
    data: Sequence[str] = (),
    seeds: int = 3,
    preset: Preset = "dual_branch_study",
    epochs: int | None = None,
    to: str | None = None,
) -> None:
    """Repeats an experiment of the sub-cluster AdaCos paper.

    Trains afresh over several seeds; writes a table and a picture. Killed, it
    goes on where it stopped.

    Args:
        name: Study to repeat.
        data (DIR): Data folders. Defaults to the built-in machines.
        seeds: Number of trainings of each row.
        preset (NAME): Settings that the rows change.
        epochs: Number of epochs. Defaults to the preset's.
        to (DIR): Folder of the results. Defaults to runs/study_NAME.
    """
    from pipelines.benchmarking.study import run_study

    config = choose_preset(preset)
    if epochs is not None:
        config = dataclasses.replace(config, epochs=epochs)
    print_report(
        run_study(name, to or f"runs/study_{name}", config, data, seeds)
    )
