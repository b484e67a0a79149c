"""YAML of settings and specifications: small, shallow, without aliases."""

import os
import pathlib
import stat
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import yaml

from pipelines.files.posix import AT_ONCE

MAX_BYTES = 2**18
MAX_DEPTH = 32
STARTS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
ENDS = (
    yaml.BlockEndToken,
    yaml.FlowMappingEndToken,
    yaml.FlowSequenceEndToken,
)


def load_yaml(text: str) -> Any:
    """Parses YAML, or refuses it in one line.

    Args:
        text: YAML of plain values. Texts within that begin as a list or a
            mapping, which jsonargparse parses again, must be plain too.

    Raises:
        ValueError: If it is no YAML, has an alias or is nested too deeply:
            a few aliases of aliases expand to more than any memory.

    >>> load_yaml("loss: {margin: 0.5}")
    {'loss': {'margin': 0.5}}
    >>> load_yaml("[&a x, *a]")
    Traceback (most recent call last):
    ValueError: YAML must have no aliases. Received: *a. Write it out.
    """
    try:
        check_yaml(text)
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None
    for value in _texts(values):
        if value.lstrip().startswith(("[", "{")):
            check_yaml(value)
    return values


def check_yaml(text: str) -> None:
    """Refuses YAML that may not end when it is parsed.

    Raises:
        ValueError: If it has an alias or is nested too deeply. What is no
            YAML passes: it may be a name.

    >>> check_yaml("[1].wav")
    >>> check_yaml("[" * 99)
    Traceback (most recent call last):
    ValueError: YAML must be nested at most 32 deep. Received: more.
    """
    depth = 0
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AliasToken):
                raise ValueError(
                    "YAML must have no aliases. Received: "
                    f"*{token.value}. Write it out."
                )
            depth += isinstance(token, STARTS) - isinstance(token, ENDS)
            if depth > MAX_DEPTH:
                raise ValueError(
                    f"YAML must be nested at most {MAX_DEPTH} deep. "
                    "Received: more."
                )
    except yaml.YAMLError:
        return


def read_yaml(path: str | pathlib.Path) -> Any:
    """Parses a YAML file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no plain file, too large, or not the YAML that
            `load_yaml` takes.

    >>> read_yaml("nowhere.yaml")
    Traceback (most recent call last):
    FileNotFoundError: A YAML file must exist. Received: nowhere.yaml.
    """
    try:
        # A pipe without a writer would be waited for.
        descriptor = os.open(path, AT_ONCE)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"A YAML file must exist. Received: {path}."
        ) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError(
            f"A YAML file must be a plain file. Received: {path}, which is "
            "none."
        )
    with open(descriptor, "rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"A YAML file must have at most {MAX_BYTES} bytes. Received: "
            f"{path}, which has more."
        )
    try:
        return load_yaml(content.decode("utf-8"))
    except ValueError as error:
        raise ValueError(
            f"A YAML file must be valid. Received: {path}: {error}"
        ) from None


def dump_yaml(fields: Mapping[str, Any]) -> str:
    """YAML of fields in their order, without aliases.

    >>> shared = [1, 2]
    >>> load_yaml(dump_yaml({"a": shared, "b": shared}))
    {'a': [1, 2], 'b': [1, 2]}
    """
    return yaml.dump(dict(fields), Dumper=_PlainDumper, sort_keys=False)


class _PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, data):  # noqa: D102
        return True


def _texts(value: Any) -> Iterator[str]:
    """All texts within a value, which has no cycles."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for pair in value.items():
            yield from _texts(list(pair))
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
