"""Validation of the YAML of a benchmark."""

import dataclasses
import re
from argparse import ArgumentError
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from jsonargparse import ArgumentParser

from pipelines.benchmarking.benchmark import PrintedNumbers
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.scorer_choice import choose_scorers

# Keys that would choose the best of several by its test scores.
_SELECTING = {"select", "select_on", "select_by", "selection", "objective"}
_KEEPING = {"keep", "checkpoint", "monitor", "early_stopping"}
# Matches a word that begins with `test`, so not `latest`.
_TEST = re.compile("(?<![a-z])test")


def refuse_selection(document: Any, where: str = "the benchmark") -> None:
    """Refuses keys that would choose weights or settings by test labels.

    Args:
        document: Parsed YAML file, or a part of it.
        where: Name of the part, for the message.

    Raises:
        ValueError: If there is such a key, at any depth.

    >>> refuse_selection({"rows": [{"changes": {"keep": "best"}}]})
    >>> refuse_selection({"rows": [{"changes": {"keep": "best_on_test"}}]})
    Traceback (most recent call last):
    ValueError: A benchmark never selects by test labels. Received: `keep`: ...
    """
    if isinstance(document, Mapping):
        where = str(document.get("name", where))
        for key, value in document.items():
            is_test = key in _KEEPING and _TEST.search(str(value).lower())
            if key in _SELECTING or is_test:
                raise ValueError(
                    "A benchmark never selects by test labels. Received: "
                    f"`{key}`: {value!r} in {where}. `keep: last` takes the "
                    "last epoch, `keep: best` that of the least hold-out loss."
                )
            refuse_selection(value, where)
    elif isinstance(document, list):
        for entry in document:
            refuse_selection(entry, where)


def check_keys(
    entry: Any, known: Sequence[str], needed: Sequence[str], where: str
) -> None:
    """Checks that an entry is a mapping with valid keys.

    Raises:
        ValueError: If it is no mapping, or a key is unknown or missing.

    >>> check_keys({"question": "Why?"}, ["question"], ["question"], "it")
    """
    if not isinstance(entry, Mapping):
        raise ValueError(
            f"It must be a mapping with {', '.join(known)}. "
            f"Received: {entry!r} for {where}."
        )
    unknown = [str(key) for key in entry if key not in known]
    missing = [key for key in needed if key not in entry]
    if unknown or missing:
        faults = [f"unknown {key!r}" for key in unknown]
        faults += [f"no {key!r}" for key in missing]
        raise ValueError(
            f"The keys of {where} are {', '.join(known)}. "
            f"Received: {', '.join(faults)} in {dict(entry)!r:.120}."
        )


def check_settings_of(kind: type, entry: Any, where: str) -> dict[str, Any]:
    """Reads the fields of a record, and checks their types.

    Args:
        kind: Dataclass whose fields all have defaults.
        entry: Mapping from the names of fields to their values.
        where: Name of the entry, for the message.

    Raises:
        ValueError: For an unknown field, or a value of another type.

    >>> from pipelines.datasets.synthetic import SyntheticSettings
    >>> check_settings_of(SyntheticSettings, {"seconds": "2"}, "it")
    {'seconds': 2.0}
    """
    entry = {} if entry is None else entry
    names = [field.name for field in dataclasses.fields(kind)]
    check_keys(entry, names, (), where)
    parser = ArgumentParser(exit_on_error=False)
    parser.add_class_arguments(kind)
    try:
        read = parser.parse_object({**dataclasses.asdict(kind()), **entry})
    except ArgumentError as error:
        message = " ".join(str(error).split())
        raise ValueError(
            "Every setting must be of its type. "
            f"Received: {message} in {where}."
        ) from None
    return {name: read[name] for name in entry}


def check_scorers(texts: Sequence[str], config: Config, where: str) -> None:
    """Refuses scorers that are unknown, repeated or not compatible.

    Args:
        texts: Labels of the further scorers of a row.
        config: Settings of the row, with its configured scorer.
        where: Name of the row, for the message.

    Raises:
        ValueError: For the first such scorer.

    >>> check_scorers(["Mahalanobis"], Config(), "it")
    """
    known = [config.scorer]
    for text in texts:
        try:
            [scorer] = choose_scorers([text], config)
        except ValueError as error:
            raise ValueError(f"{error} It is in {where}.") from None
        if scorer in known:
            raise ValueError(
                "`scorers` must be labels, each once and without the row's "
                f"configured one, {label(known[0])}. "
                f"Received: {text!r} in {where}."
            )
        known.append(scorer)


def read_printed(entry: Any, where: str) -> PrintedNumbers:
    """Reads the published results of a method.

    Raises:
        ValueError: If the source or the name of the data is missing, or a
            machine has not two or three numbers in percent.

    >>> entry = {"fan": [98, 95], "source": "Table 1", "data": "dcase2020"}
    >>> read_printed(entry, "it").machines
    {'fan': (98.0, 95.0)}
    """
    if not isinstance(entry, Mapping) or not {"source", "data"} <= set(entry):
        raise ValueError(
            "`paper` must be a mapping with `source`, the name of its `data` "
            "as in `--data NAME=DIR`, and AUC and pAUC of each machine. "
            f"Received: {entry!r} in {where}."
        )
    rows = dict(entry)
    source = str(rows.pop("source"))
    data = str(rows.pop("data"))
    official = rows.pop("official_score", None)
    lists = {**rows, "official_score": [official, official]}
    if official is None:
        del lists["official_score"]
    for name, numbers in lists.items():
        if not (
            isinstance(numbers, list)
            and 2 <= len(numbers) <= 3
            and all(isinstance(number, int | float) for number in numbers)
            and all(0 <= number <= 100 for number in numbers)
        ):
            raise ValueError(
                "Printed numbers must be in percent: [AUC, pAUC] or [AUC, "
                "pAUC, mAUC] of a machine, one `official_score`. Received: "
                f"{name}: {numbers} in {where}."
            )
    machines = {
        str(name): tuple(map(float, numbers)) for name, numbers in rows.items()
    }
    average = machines.pop("average", ())
    return PrintedNumbers(source, data, machines, average, official)
