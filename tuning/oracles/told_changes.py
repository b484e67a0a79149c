"""Differences between a search's original and current settings."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.settings.labels import dotted_settings

# Name of the settings among the values that a search is bound to.
SETTINGS = "search/settings"


def told_changes(
    before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[str]:
    """Differences, one line each, except for a larger number of trials.

    Args:
        before: Original texts and numbers by name, the settings as JSON.
        now: Current texts and numbers.

    >>> few = {"search/settings": '{"trials": 4, "config": {"epochs": 9}}'}
    >>> many = {"search/settings": '{"trials": 8, "config": {"epochs": 9}}'}
    >>> told_changes(few, many), told_changes(many, few)
    ([], ['trials: 8 then, 4 now'])
    >>> told_changes({**few, "search/data": "e3b0"}, few)
    ['search/data: e3b0 then, None now']
    >>> final = {"search/final": '{"epochs": 9}'}
    >>> told_changes({**few, "search/final": '{"epochs": 8}'}, {**few, **final})
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


def _flat(told: Mapping[str, Any]) -> dict[str, Any]:
    fields = json.loads(told[SETTINGS])
    parts = {"config": fields.pop("config")}
    for name in told:
        if name != SETTINGS:
            parts[name] = _decoded(told[name])
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
