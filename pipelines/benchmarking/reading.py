"""Reading of benchmarks from YAML files, shipped or custom."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from pipelines.benchmarking.benchmark import BUILT_IN
from pipelines.benchmarking.benchmark import COLUMN_TITLES
from pipelines.benchmarking.benchmark import DEFAULT_COLUMNS
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.benchmark import BenchmarkRow
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.injected_faults import InjectedFaults
from pipelines.benchmarking.rules import check_keys
from pipelines.benchmarking.rules import check_scorers
from pipelines.benchmarking.rules import check_settings_of
from pipelines.benchmarking.rules import read_printed
from pipelines.benchmarking.rules import refuse_selection
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings import reading as settings
from pipelines.settings.config import Config
from pipelines.settings.plain_yaml import read_yaml
from pipelines.settings.presets import choose_preset

SHIPPED = pathlib.Path(__file__).parent / "specs"
_KEYS = (
    "question",
    "preset",
    "rows",
    "reference",
    "seeds",
    "built_in",
    "injected",
    "columns",
)
_ROW_KEYS = ("name", "preset", "changes", "scorers", "paper", "note")


def shipped_benchmarks() -> dict[str, pathlib.Path]:
    """Files of the shipped benchmarks, by name.

    >>> {"builtin", "studies/collapse"} <= set(shipped_benchmarks())
    True
    """
    return {
        path.relative_to(SHIPPED).with_suffix("").as_posix(): path
        for path in sorted(SHIPPED.rglob("*.yaml"))
    }


def read_benchmark(
    spec: str,
    preset: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Benchmark:
    """Reads a benchmark from YAML.

    Args:
        spec: Path of a YAML file, or the name of a shipped benchmark.
        preset: Preset of rows without one, instead of the file's.
        changes: Settings to change in all rows.

    Raises:
        FileNotFoundError: If there is no such file or benchmark.
        ValueError: For an unknown key, preset, setting or scorer, two rows with
            the same name, or a selection by test labels.

    >>> read_benchmark("builtin").num_seeds
    3
    """
    path = shipped_benchmarks().get(spec, pathlib.Path(spec))
    return _parse(read_document(spec), path.stem, preset, changes or {})


def read_document(spec: str) -> Any:
    """Reads the YAML of a benchmark, without checks.

    Args:
        spec: Path of a YAML file, or the name of a shipped benchmark.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is not valid YAML.

    >>> read_document("studies/collapse")["preset"]
    'dual_branch_study'
    """
    path = shipped_benchmarks().get(spec, pathlib.Path(spec))
    if not path.is_file():
        raise FileNotFoundError(
            "`spec` must be a YAML file or one of "
            f"{', '.join(shipped_benchmarks())}. Received: spec={spec}."
        )
    return read_yaml(path)


def _parse(
    document: Any, name: str, preset: str | None, changes: Mapping[str, Any]
) -> Benchmark:
    refuse_selection(document)
    check_keys(document, _KEYS, ("question", "rows"), "the benchmark")
    if not isinstance(document["rows"], list) or not document["rows"]:
        raise ValueError(
            "`rows` must be a list of one or more. "
            f"Received: rows={document['rows']!r}."
        )
    preset = preset or document.get("preset")
    rows = tuple(_parse_row(row, preset, changes) for row in document["rows"])
    names = [name for row in rows for name in row.result_names]
    folders = [folder_name(row.name) for row in rows]
    if len(set(names)) < len(names) or len(set(folders)) < len(folders):
        raise ValueError(
            "The names of rows must differ, and in letters or digits, since "
            f"each has a folder. Received: {', '.join(names)}."
        )
    reference = document.get("reference", names[0])
    if reference not in names:
        raise ValueError(
            f"`reference` must be one of the rows {', '.join(names)}. "
            f"Received: reference={reference!r}."
        )
    seeds = document.get("seeds", 3)
    if not isinstance(seeds, int) or seeds < 1:
        raise ValueError(
            "`seeds` must be a number of trainings, 1 or more. "
            f"Received: seeds={seeds!r}. Three or more give a spread."
        )
    columns = tuple(document.get("columns", DEFAULT_COLUMNS))
    if not set(columns) <= set(COLUMN_TITLES):
        raise ValueError(
            f"`columns` must be of {', '.join(COLUMN_TITLES)}. "
            f"Received: columns={document['columns']!r}."
        )
    return Benchmark(
        name,
        str(document["question"]).strip(),
        rows,
        reference,
        seeds,
        built_in=_parse_built_in(document.get("built_in", [])),
        injected=_parse_injected(document),
        columns=columns,
    )


def _parse_built_in(entry: Any) -> dict[str, SyntheticSettings]:
    """Parses settings of built-in machines, or a list of them with names."""
    entries = entry if isinstance(entry, list) else [entry]
    built_in = {}
    for machines in entries:
        fields = dict(machines or {})
        name = str(fields.pop("name", BUILT_IN))
        fields = check_settings_of(SyntheticSettings, fields, "`built_in`")
        built_in[name] = SyntheticSettings(**fields)
    return built_in


def _parse_injected(document: Mapping[str, Any]) -> InjectedFaults | None:
    if "injected" not in document:
        return None
    entry = document["injected"]
    return InjectedFaults(
        **check_settings_of(InjectedFaults, entry, "`injected`")
    )


def read_settings(
    preset: Any, changes: Mapping[str, Any], where: str
) -> Config:
    """Reads the settings of a row: a preset and changes.

    A benchmark judges scores and makes no decisions, so no clips are held out
    for them, unless the changes say so. Only this function depends on the form
    of settings in YAML.

    Raises:
        ValueError: For an unknown preset, setting or value.

    >>> read_settings("training_free", {"epochs": "2"}, "it").epochs
    2
    """
    try:
        config = choose_preset(str(preset))
    except ValueError as error:
        raise ValueError(f"{error} It is that of {where}.") from None
    check_keys(
        changes, [field.name for field in dataclasses.fields(Config)], (), where
    )
    try:
        config = dataclasses.replace(config, calibration_holdout="none")
        return settings.read_settings(changes, config)
    except ValueError as error:
        raise ValueError(f"{error} It is in {where}.") from None


def _parse_row(
    entry: Any, preset: str | None, changes: Mapping[str, Any]
) -> BenchmarkRow:
    needed = ("name",) if preset else ("name", "preset")
    check_keys(entry, _ROW_KEYS, needed, "a row")
    where = f"row {entry['name']!r}"
    if not folder_name(str(entry["name"])):
        raise ValueError(
            "The name of a row must have a letter or a digit. "
            f"Received: {where}."
        )
    scorers = entry.get("scorers") or []
    is_list = isinstance(scorers, list)
    if not is_list or not all(isinstance(scorer, str) for scorer in scorers):
        raise ValueError(
            "`scorers` must be a list of names, such as [Centroids]. "
            f"Received: scorers={scorers!r} in {where}."
        )
    row_changes = entry.get("changes") or {}
    if "seed" in row_changes:
        raise ValueError(
            "A benchmark chooses the seeds of its rows. Received: `seed` in "
            f"{where}. Leave it out, and give their number in `seeds`."
        )
    config = read_settings(
        entry.get("preset", preset), {**row_changes, **changes}, where
    )
    row = BenchmarkRow(
        str(entry["name"]),
        config,
        tuple(scorers),
        read_printed(entry["paper"], where) if "paper" in entry else None,
        str(entry.get("note", "")).strip(),
    )
    check_scorers(row.scorers, config, where)
    return row
