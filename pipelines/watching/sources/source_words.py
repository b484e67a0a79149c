"""Sources as the words of a command line and the lines of a file."""

import collections
import dataclasses
import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines.files.names import escape_name
from pipelines.settings.plain_yaml import read_yaml
from pipelines.watching.sources.source_settings import ADDRESS
from pipelines.watching.sources.source_settings import FIELDS
from pipelines.watching.sources.source_settings import SourceSettings

SUFFIXES = (".yaml", ".yml")
# What a file may give, and in which form.
TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "source": (str, "a text"),
    "machine": (str, "a text"),
    "name": (str, "a text"),
    "speed": ((int, float), "a number"),
    "loops": (int, "a whole number"),
    "rate": (int, "a whole number"),
    "channels": (int, "a whole number"),
    "format": (str, "a text"),
    "stream": (int, "a whole number"),
    "channel": ((int, str), "a whole number or mean"),
}


def read_sources(
    words: Sequence[str], options: Mapping[str, Any] | None = None
) -> list[SourceSettings]:
    """Reads sources from the words of a command line.

    Args:
        words: Each `SOURCE` or `MACHINE=SOURCE`, with a source as
            `SourceSettings` has it, or a YAML file of sources.
        options: Values for the sources that are no YAML file, by name: each
            is for those that have a use for it.

    Raises:
        FileNotFoundError: If a YAML file does not exist.
        ValueError: If a word is none of these, a file is not as it must be,
            two sources have the same name, or there is none.

    >>> [one.machine for one in read_sources(["fan/all=card:2", "-"])]
    ['fan/all', '']
    """
    found: list[SourceSettings] = []
    for word in words:
        if word.endswith(SUFFIXES):
            found += read_source_file(word)
        else:
            found.append(parse_source(word, options))
    if not found:
        raise ValueError("There must be sources to watch. Received: none.")
    for name, number in collections.Counter(one.name for one in found).items():
        if number > 1:
            raise ValueError(
                f"Sources must have names that differ. Received: {name}, "
                f"{number} times. Give each a `name` in a YAML file."
            )
    if sum(one.source == "-" for one in found) > 1:
        raise ValueError(
            "Standard input must be of one source. Received: several sources "
            "of `-`."
        )
    return found


def parse_source(
    word: str, options: Mapping[str, Any] | None = None
) -> SourceSettings:
    """Reads a source from a word of a command line.

    What exists, and what is an address, is a source as a whole, though it may
    have an equals sign.

    Args:
        word: `SOURCE` or `MACHINE=SOURCE`.
        options: Values of `SourceSettings` by name, `None` where not given.
            Those that are of no use to the source are left out.

    Raises:
        ValueError: See `SourceSettings`.

    >>> source = parse_source("fan/all=-", {"rate": 8_000, "speed": 2.0})
    >>> source.machine, source.rate, source.speed
    ('fan/all', 8000, 1.0)
    """
    machine, source = "", word
    is_whole = ADDRESS.fullmatch(word) or os.path.exists(word)
    if "=" in word and not is_whole:
        machine, _, source = word.partition("=")
    bare = SourceSettings(source, machine)
    useful = {
        name: value
        for name, value in (options or {}).items()
        if name in (*FIELDS[bare.kind], "channel") and value is not None
    }
    return dataclasses.replace(bare, **useful)


def read_source_file(path: str | pathlib.Path) -> list[SourceSettings]:
    """Reads a YAML file of sources: a list of mappings.

    Args:
        path: YAML file. Each mapping has the fields of `SourceSettings`, of
            which `source` must be there.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such list, has an unknown field, or a value
            is not as it must be.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "hall.yaml")
    >>> _ = path.write_text("- {source: card, machine: fan/all, rate: 48000}")
    >>> read_source_file(path)[0].rate
    48000
    """
    values = read_yaml(path)
    where = escape_name(path)
    if not isinstance(values, list) or not all(
        isinstance(one, dict) and "source" in one for one in values
    ):
        raise ValueError(
            "A file of sources must be a list of mappings with `source`. "
            f"Received: {where}."
        )
    found = []
    for number, one in enumerate(values, 1):
        try:
            found.append(_read_mapping(one))
        except ValueError as error:
            raise ValueError(
                "Each of the sources in a file must be valid. Received: "
                f"number {number} of {where}: {error}"
            ) from None
    return found


def _read_mapping(values: Mapping[Any, Any]) -> SourceSettings:
    for name, value in values.items():
        if name not in TYPES:
            raise ValueError(
                f"A source must have no other fields than {', '.join(TYPES)}. "
                f"Received: {name}."
            )
        kind, rule = TYPES[name]
        if isinstance(value, bool) or not isinstance(value, kind):
            raise ValueError(
                f"`{name}` of a source must be {rule}. Received: a value of "
                f"type {type(value).__name__}."
            )
    return SourceSettings(**values)
