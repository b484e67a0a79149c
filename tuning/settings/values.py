"""Values of a search, and the settings that they stand for."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pipelines.settings.config import Config

Value = int | float | str | bool


def value_of(config: Config, name: str) -> Value:
    """A setting as a search has it: a tuple as `256+1024`.

    >>> value_of(Config(frame_lengths=(256, 1024)), "frame_lengths")
    '256+1024'
    """
    value = getattr(config, name)
    return "+".join(map(str, value)) if isinstance(value, tuple) else value


def with_values(config: Config, values: Mapping[str, Value]) -> Config:
    """The settings with the values that a search has chosen.

    Raises:
        ValueError: If they do not go together.

    >>> with_values(Config(), {"frame_lengths": "256+1024"}).frame_lengths
    (256, 1024)
    """
    changes: dict[str, Any] = dict(values)
    if "frame_lengths" in changes:
        lengths = changes["frame_lengths"].split("+")
        changes["frame_lengths"] = tuple(map(int, lengths))
    return dataclasses.replace(config, **changes)
