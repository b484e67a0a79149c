"""The command `keras-asd study`."""

from collections.abc import Sequence
from typing import Annotated

from pipelines.benchmarking.reading import read_benchmark
from pipelines.benchmarking.reading import read_document
from pipelines.benchmarking.reading import shipped_benchmarks
from pipelines.commands.command import OneOf
from pipelines.commands.command import command
from pipelines.commands.printing import print_report
from pipelines.settings.presets import PRESETS

_FOLDER = "studies/"

Study = Annotated[
    str,
    OneOf(
        {
            name.removeprefix(_FOLDER): read_document(name)["question"]
            for name in shipped_benchmarks()
            if name.startswith(_FOLDER)
        }
    ),
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
) -> int:
    """Repeats an experiment of the sub-cluster AdaCos paper.

    Trains afresh over several seeds; writes a table and a picture. Killed, it
    goes on where it stopped. Exits with 1 where a training failed.

    Args:
        name: Study to repeat.
        data (DIR): Data folders. Defaults to the built-in machines.
        seeds: Number of trainings of each row.
        preset (NAME): Settings that the rows change.
        epochs: Number of epochs. Defaults to the preset's.
        to (DIR): Folder of the results. Defaults to runs/study_NAME.
    """
    from pipelines.benchmarking.bench import run_benchmark

    changes = {} if epochs is None else {"epochs": epochs}
    result = run_benchmark(
        read_benchmark(_FOLDER + name, preset, changes),
        to or f"runs/study_{name}",
        [f"data={','.join(data)}"] if data else [],
        seeds,
    )
    print_report(result)
    return 1 if result.num_failed else 0
