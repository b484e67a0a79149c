"""Values of settings in a search: read, replaced and compared."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from pipelines.settings.config import Config
from pipelines.settings.fields import Value as Value
from pipelines.settings.labels import dotted_settings
from pipelines.settings.labels import label
from pipelines.settings.reading import read_record

# Name of the settings among the values that a search is bound to.
SETTINGS = "search/settings"


def find_record(config: Any, name: str) -> Any:
    """The record, among the settings, that has a field of the given name.

    >>> find_record(Config(), "margin").scale
    30.0
    """
    names = {field.name for field in dataclasses.fields(config)}
    if name in names:
        return config
    inner = (getattr(config, other) for other in sorted(names))
    records = (value for value in inner if dataclasses.is_dataclass(value))
    owners = (find_record(record, name) for record in records)
    return next((owner for owner in owners if owner is not None), None)


def value_of(config: Config, name: str) -> Value:
    """Value of a setting in a search: a tuple as `256+1024`, a record's label.

    Raises:
        ValueError: If the settings have no such name.

    >>> value_of(Config(), "scorer")
    'CentreAngle'
    """
    record = find_record(config, name)
    if record is None:
        raise ValueError(
            "A value must be that of a setting. Received: no "
            f"{name} with loss={label(config.loss)}, "
            f"embedder={label(config.embedder)}."
        )
    value = getattr(record, name)
    if dataclasses.is_dataclass(value):
        return label(value)
    return "+".join(map(str, value)) if isinstance(value, tuple) else value


def with_values(config: Config, values: Mapping[str, Any]) -> Config:
    """Settings with the values that a search has chosen.

    A value is ignored if the chosen scorer has no such field.

    Raises:
        ValueError: If the values are incompatible.

    >>> with_values(Config(), {"margin": 0.5}).loss.margin
    0.5
    """
    values = dict(values)
    changes: dict[str, Any] = {}
    if "scorer" in values:
        changes["scorer"] = read_record("scorer", values.pop("scorer"))
    records = {
        field.name: changes.get(field.name, getattr(config, field.name))
        for field in dataclasses.fields(config)
    }
    for name, value in records.items():
        if dataclasses.is_dataclass(value):
            changes[name] = _replaced(value, values)
        elif name in values:
            changes[name] = values[name]
    return dataclasses.replace(config, **changes)


def _replaced(record: Any, values: Mapping[str, Any]) -> Any:
    changes = {}
    for field in dataclasses.fields(record):
        old = getattr(record, field.name)
        if dataclasses.is_dataclass(old):
            changes[field.name] = _replaced(old, values)
        elif field.name in values:
            value = values[field.name]
            if isinstance(old, tuple):
                value = tuple(map(int, str(value).split("+")))
            changes[field.name] = value
    return dataclasses.replace(record, **changes)


def changed_settings(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[str]:
    """Differences, one line each, except for a larger number of trials.

    Args:
        before: Original texts and numbers by name, the settings as JSON.
        now: Current texts and numbers.

    >>> few = {"search/settings": '{"trials": 4, "config": {"epochs": 9}}'}
    >>> many = {"search/settings": '{"trials": 8, "config": {"epochs": 9}}'}
    >>> changed_settings(few, many), changed_settings(many, few)
    ([], ['trials: 8 then, 4 now'])
    >>> changed_settings({**few, "search/data": "e3b0"}, few)
    ['search/data: e3b0 then, None now']
    >>> final = {"search/final": '{"epochs": 9}'}
    >>> before = {"search/final": '{"epochs": 8}'}
    >>> changed_settings({**few, **before}, {**few, **final})
    ['search/final.epochs: 8 then, 9 now']
    """
    old, new = _flat(before), _flat(now)
    if new["trials"] > old["trials"]:
        old["trials"] = new["trials"]
    return [
        f"{name}: {old.get(name)} then, {new.get(name)} now"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    ]


def _flat(bound: Mapping[str, Any]) -> dict[str, Any]:
    fields = json.loads(bound[SETTINGS])
    parts = {"config": fields.pop("config")}
    for name in bound:
        if name != SETTINGS:
            parts[name] = _decoded(bound[name])
    for name, part in parts.items():
        if isinstance(part, dict):
            part = dotted_settings(part)
            fields |= {f"{name}.{key}": value for key, value in part.items()}
        else:
            fields[name] = part
    return fields


def _decoded(value: Any) -> Any:
    """Value of a text in JSON; any other value unchanged."""
    is_record = isinstance(value, str) and value.startswith("{")
    return json.loads(value) if is_record else value
