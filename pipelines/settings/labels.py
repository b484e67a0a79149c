"""Labels of records: class name and the fields that differ."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from pipelines.settings.plain_yaml import load_yaml

Record = TypeVar("Record")


def label(record: Any) -> str:
    """Short text of a record; `str` of any other value.

    >>> from pipelines.settings.scorers import Mahalanobis
    >>> label(Mahalanobis(covariance="domain")), label(None)
    ('Mahalanobis(covariance=domain)', 'null')
    """
    if record is None:
        return "null"
    if not dataclasses.is_dataclass(record):
        return str(record)
    name = getattr(record, "path", type(record).__name__)
    changes = [
        f"{field.name}={label(getattr(record, field.name))}"
        for field in dataclasses.fields(record)
        if field.name not in ("path", "arguments")
        and getattr(record, field.name) != field.default
    ]
    return f"{name}({', '.join(changes)})" if changes else name


def parse_label(text: str) -> tuple[str, dict[str, Any]]:
    """Class name and fields of a record, from its label.

    >>> parse_label("Mahalanobis(covariance=domain)")
    ('Mahalanobis', {'covariance': 'domain'})
    """
    match = re.fullmatch(r"([\w.]+)(?:\((.*)\))?", text.strip())
    if match is None:
        return text, {}
    parts = [part for part in (match[2] or "").split(",") if part.strip()]
    pairs = [part.partition("=") for part in parts]
    return match[1], {
        name.strip(): load_yaml(value) for name, _, value in pairs
    }


def dotted_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Flat settings, with fields of records as names such as `loss.scale`.

    >>> fields = {"scale": 30.0}
    >>> loss = {"class_path": "ArcFace", "init_args": fields}
    >>> dotted_settings({"loss": loss, "epochs": 3})
    {'loss': 'ArcFace', 'loss.scale': 30.0, 'epochs': 3}
    """
    found: dict[str, Any] = {}
    for name, value in values.items():
        if not isinstance(value, Mapping) or "class_path" not in value:
            found[name] = value
            continue
        found[name] = value["class_path"]
        fields = dotted_settings(value.get("init_args") or {})
        found |= {f"{name}.{field}": fields[field] for field in fields}
    return found


def kinds(base: type[Record]) -> dict[str, type[Record]]:
    """The concrete classes of a record, by class name.

    >>> from pipelines.settings.pretraining import Pretraining
    >>> list(kinds(Pretraining))
    ['Contrastive', 'BuiltInMachines']
    """
    found: dict[str, type[Record]] = {}
    for kind in base.__subclasses__():
        below = kinds(kind)
        found |= below or {kind.__name__: kind}
    return found
