"""Expansion of labels and short class names for jsonargparse."""

import dataclasses
import json
import re
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from pipelines.settings.embedders import Embedder
from pipelines.settings.front_ends import FrontEnd
from pipelines.settings.labels import kinds
from pipelines.settings.labels import parse_label
from pipelines.settings.losses import Loss
from pipelines.settings.plain_yaml import load_yaml
from pipelines.settings.pretraining import Pretraining
from pipelines.settings.scorers import Scorer

# The settings that are records, and the class that stands for a custom one.
RECORDS: dict[str, type] = {
    "embedder": Embedder,
    "loss": Loss,
    "scorer": Scorer,
    "pretraining": Pretraining,
    "front_end": FrontEnd,
}
CUSTOM = {
    "embedder": "CustomEmbedder",
    "loss": "CustomLoss",
    "scorer": "CustomScorer",
}

EXPECTED = re.compile(
    r"Expected an? (?:typing\.Literal\[([^]]*)\]|(?:<class ')?(\w+(?:\.\w+)*))"
)
# What one of jsonargparse's types wants, in plain words.
TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "tuple": "a list such as [one,two]",
    "list": "a list such as [one,two]",
    "dict": "a mapping such as {name: value}",
}


def spell_out(name: str, value: Any) -> Any:
    """Expands a record's value to full class paths, for jsonargparse.

    Args:
        name: Name of the setting.
        value: Label, import path or mapping, see `read_record`.

    Raises:
        ValueError: If the label names no class of that kind.

    >>> spell_out("loss", "mypackage.MyLoss")["init_args"]
    {'path': 'mypackage.MyLoss'}
    """
    if isinstance(value, Mapping) and "class_path" not in value:
        return spell_out_all(value)
    if isinstance(value, Mapping):
        path, fields = value["class_path"], value.get("init_args") or {}
    elif isinstance(value, str):
        path, fields = parse_label(value)
    else:
        return value
    known: dict[str, type] = kinds(RECORDS[name])
    kind = known.get(path.rpartition(".")[-1])
    if kind is not None and path in (kind.__name__, _full_path(kind)):
        fields = spell_out_all(fields)
    elif "." in path and name in CUSTOM:
        kind = known[CUSTOM[name]]
        fields = {"path": path, **({"arguments": fields} if fields else {})}
    else:
        raise ValueError(
            f"`{name}` must be one of {', '.join(known)}"
            + (", or the import path of your own" if name in CUSTOM else "")
            + f". Received: {name}={path}."
        )
    return {"class_path": _full_path(kind), "init_args": fields}


def spell_out_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """Expands the records among settings, at any depth."""
    return {
        name: spell_out(name, value) if name in RECORDS else value
        for name, value in values.items()
    }


def spell_out_words(words: Sequence[str]) -> list[str]:
    """Expands labels and import paths in flags, for jsonargparse.

    Flags of a custom class become its `arguments`.

    >>> spell_out_words(["--loss", "mypackage.MyLoss", "--loss.power", "2"])
    ['--loss={"class_path": ..., '--loss.arguments.power', '2']
    """
    spelt: list[str] = []
    own: set[str] = set()
    rest = iter(words)
    for word in rest:
        flag, is_joined, value = word.partition("=")
        name, _, field = flag.removeprefix("--").partition(".")
        if not flag.startswith("--") or name not in RECORDS or field == "help":
            spelt.append(word)
        elif field:
            if name in own and field.split(".")[0] not in _own_fields(name):
                flag = f"--{name}.arguments.{field}"
            spelt.append(f"{flag}{is_joined}{value}")
        else:
            value = value if is_joined else next(rest, "")
            record = spell_out(name, _load(value))
            if isinstance(record, dict):
                if "path" in record.get("init_args", {}):
                    own.add(name)
                value = json.dumps(record)
            spelt.append(f"{flag}={value}")
    return spelt


def _load(text: str) -> Any:
    try:
        return load_yaml(text)
    except ValueError:
        return text


def _own_fields(name: str) -> set[str]:
    """Fields of the record itself, not of the custom class."""
    known: dict[str, Any] = kinds(RECORDS[name])
    return {field.name for field in dataclasses.fields(known[CUSTOM[name]])}


def _full_path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def reword(message: str) -> str:
    """Rewords an error of jsonargparse in one line of plain words.

    >>> reword("Problem with given class_path 'a.b.ArcFace': Option 'foo' "
    ...     "is not accepted")
    "ArcFace has no setting 'foo'"
    >>> reword("--epochs: Expected a <class 'int'>. Got value: many")
    '--epochs must be a whole number. Received: many'
    """
    message = " ".join(message.split())
    message = re.sub(r'Parser key "([\w.]+)"', r"`\1`", message)
    message = re.sub(
        r": Does not validate against any .*?Errors: (.*) Given value type: "
        r"\w+ Given value: |: (Expected an? .*?)\.? Got value: ",
        lambda found: f" must be {_plain(found[0])}. Received: ",
        message,
    )
    message = message.replace(
        ": Expected a dot import path string:",
        " must be the name of a class. Received:",
    )
    return re.sub(
        r"Problem with given class_path '[\w.]*?(\w+)': (?:Option ('\w+') "
        r"is not accepted)?",
        lambda found: (
            f"{found[1]} has no setting {found[2]}"
            if found[2]
            else f"{found[1]}: "
        ),
        message,
    )


def _plain(expected: str) -> str:
    """What types and choices an error of jsonargparse expects, in words."""
    rules = []
    for choices, name in EXPECTED.findall(expected):
        words = choices.replace("'", "")
        rules.append(f"one of {words}" if words else TYPES.get(name, name))
    return " or ".join(rules)
