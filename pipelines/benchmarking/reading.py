"""Benchmarks read from YAML files, the shipped ones and others."""

import pathlib
from dataclasses import fields
from typing import Any

import yaml

from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.benchmark import BenchmarkRow
from pipelines.benchmarking.cell_plan import folder_name
from pipelines.benchmarking.rules import check_keys
from pipelines.benchmarking.rules import check_scorers
from pipelines.benchmarking.rules import check_settings_of
from pipelines.benchmarking.rules import read_printed
from pipelines.benchmarking.rules import refuse_selection
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset

SHIPPED = pathlib.Path(__file__).parent / "specs"
_KEYS = ("question", "rows", "reference", "seeds", "built_in")
_ROW_KEYS = ("name", "preset", "changes", "scorers", "paper", "note")


def shipped_benchmarks() -> dict[str, pathlib.Path]:
    """The files of the shipped benchmarks by their names.

    >>> "builtin" in shipped_benchmarks()
    True
    """
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def read_benchmark(spec: str) -> Benchmark:
    """Reads a benchmark.

    Args:
        spec: A YAML file, or the name of a shipped one.

    Raises:
        FileNotFoundError: If there is neither.
        ValueError: For a key, preset, setting or scorer that is not known,
            two rows of a name, or a selection by test labels.

    >>> read_benchmark("builtin").num_seeds
    3
    """
    path = shipped_benchmarks().get(spec, pathlib.Path(spec))
    if not path.is_file():
        raise FileNotFoundError(
            "`spec` must be a YAML file or one of "
            f"{', '.join(shipped_benchmarks())}. Received: spec={spec}."
        )
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeError) as error:
        raise ValueError(
            f"A benchmark must be a YAML file. Received: {path}: {error}"
        ) from error
    return _parse(document, path.stem)


def _parse(document: Any, name: str) -> Benchmark:
    refuse_selection(document)
    check_keys(document, _KEYS, ("question", "rows"), "the benchmark")
    if not isinstance(document["rows"], list) or not document["rows"]:
        raise ValueError(
            "`rows` must be a list of one or more. "
            f"Received: rows={document['rows']!r}."
        )
    rows = tuple(map(_parse_row, document["rows"]))
    lines = [line for row in rows for line in row.lines]
    folders = [folder_name(row.name) for row in rows]
    if len(set(lines)) < len(lines) or len(set(folders)) < len(folders):
        raise ValueError(
            "The names of rows must differ, and by more than by signs, since "
            f"each has a folder. Received: {', '.join(lines)}."
        )
    reference = document.get("reference", lines[0])
    if reference not in lines:
        raise ValueError(
            f"`reference` must be one of the lines {', '.join(lines)}. "
            f"Received: reference={reference!r}."
        )
    seeds = document.get("seeds", 3)
    if not isinstance(seeds, int) or seeds < 1:
        raise ValueError(
            "`seeds` must be a number of trainings, 1 or more. "
            f"Received: seeds={seeds!r}. Three or more give a spread."
        )
    built_in = None
    if "built_in" in document:
        built_in_fields = check_settings_of(
            SyntheticSettings, document["built_in"], "`built_in`"
        )
        built_in = SyntheticSettings(**built_in_fields)
    question = str(document["question"]).strip()
    return Benchmark(name, question, rows, reference, seeds, built_in)


def _parse_row(entry: Any) -> BenchmarkRow:
    check_keys(entry, _ROW_KEYS, ("name", "preset"), "a row")
    where = f"row {entry['name']!r}"
    if not folder_name(str(entry["name"])):
        raise ValueError(
            "The name of a row must have a letter or a digit. "
            f"Received: {where}."
        )
    scorers = entry.get("scorers") or []
    is_list = isinstance(scorers, list)
    if not is_list or not all(isinstance(one, str) for one in scorers):
        raise ValueError(
            "`scorers` must be a list of names, such as [Centroids]. "
            f"Received: scorers={scorers!r} in {where}."
        )
    try:
        choose_preset(str(entry["preset"]))
    except ValueError as error:
        raise ValueError(f"{error} It is that of {where}.") from None
    changes = entry.get("changes") or {}
    check_keys(changes, [field.name for field in fields(Config)], (), where)
    if "seed" in changes:
        raise ValueError(
            "The seeds are the benchmark's, which counts from 1. Received: "
            f"`seed` in {where}. Leave it out, and say how many in `seeds`."
        )
    row = BenchmarkRow(
        str(entry["name"]),
        str(entry["preset"]),
        changes,
        tuple(scorers),
        read_printed(entry["paper"], where) if "paper" in entry else None,
        str(entry.get("note", "")).strip(),
    )
    try:
        config = row.config(seed=1)
    except ValueError as error:
        raise ValueError(f"{error} It is in {where}.") from None
    check_scorers(row.scorers, config, where)
    return row
