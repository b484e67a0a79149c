"""Settings as files and flags have them, by jsonargparse."""

import argparse
import dataclasses
import functools
import json
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

import jsonargparse
import yaml
from jsonargparse import ArgumentParser
from jsonargparse import set_parsing_settings

from pipelines.settings.config import Config
from pipelines.settings.embedders import Embedder
from pipelines.settings.front_ends import FrontEnd
from pipelines.settings.labels import kinds
from pipelines.settings.labels import parse_label
from pipelines.settings.losses import Loss
from pipelines.settings.pretraining import Pretraining
from pipelines.settings.scorers import Scorer

Record = TypeVar("Record")

# The settings that are records of a kind, and what stands for a class of the
# user's own.
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
set_parsing_settings(subclasses_enabled=list(RECORDS.values()))


def load_settings(text: str) -> Any:
    """What a YAML file of settings says, as jsonargparse takes it."""
    values = yaml.safe_load(text)
    return _spell_out_all(values) if isinstance(values, dict) else values


# Files of settings may have labels and import paths, too.
PARSER_MODE = "settings"
jsonargparse.set_loader(
    PARSER_MODE, load_settings, exceptions=(yaml.YAMLError, ValueError)
)


def add_settings(parser: ArgumentParser, defaults: Config) -> None:
    """Adds every setting of a training to a parser.

    >>> parser = ArgumentParser()
    >>> add_settings(parser, Config())
    >>> parser.parse_args(["--loss.margin", "0.5"]).loss.init_args.margin
    0.5
    """
    parser.add_class_arguments(Config)
    set_defaults(parser, defaults)


def set_defaults(parser: ArgumentParser, defaults: Config) -> None:
    """Makes these settings the defaults of a parser of `add_settings`."""
    parser.set_defaults(_spell_out_all(write_settings(defaults)))


def write_settings(config: Config) -> dict[str, Any]:
    """The settings as plain values, for YAML and JSON.

    >>> write_settings(Config())["scorer"]
    {'class_path': 'CentreAngle', 'init_args': {'form': 'logit'}}
    """
    return _as_plain(config)["init_args"]


def read_settings(
    changes: Mapping[str, Any], base: Config | None = None
) -> Config:
    """Settings with some changes, as YAML or JSON have them.

    A record is given as a label, such as `ArcFace(margin=0.5)`, as the import
    path of a class of one's own, as a mapping of `class_path` and
    `init_args`, or as a mapping of the fields to change. Another kind keeps
    the fields that both have.

    Args:
        changes: Values by the names of settings.
        base: What is changed; the defaults if `None`.

    Raises:
        ValueError: For a setting that there is not, or a value that is not
            of its type or does not go with the others.

    >>> read_settings({"loss": "ArcFace", "epochs": 3}).loss
    ArcFace(margin=0.7, scale=30.0)
    >>> read_settings({"loss": {"margin": 0.5}}).loss.margin
    0.5
    """
    parser = _parser()
    set_defaults(parser, base or Config())
    try:
        options = parser.parse_object(_spell_out_all(changes))
        return read_options(parser, options)
    except argparse.ArgumentError as error:
        raise ValueError(" ".join(str(error).split())) from None


def read_options(parser: ArgumentParser, options: Any) -> Config:
    """The settings among the options that a parser has read."""
    made = parser.instantiate(options)
    names = [field.name for field in dataclasses.fields(Config)]
    return Config(**{name: _with_tuples(made[name]) for name in names})


def read_record(name: str, value: Any) -> Any:
    """A single record, as `read_settings` takes it.

    Args:
        name: Of the setting: `embedder`, `loss`, `scorer`, `pretraining`.
        value: A label, an import path or a mapping.

    Raises:
        ValueError: If there is none of that kind, or with those fields.

    >>> read_record("scorer", "Mahalanobis(covariance=domain)").covariance
    'domain'
    """
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument(f"--{name}", type=RECORDS[name])
    try:
        options = parser.parse_object({name: spell_out(name, value)})
    except argparse.ArgumentError as error:
        raise ValueError(" ".join(str(error).split())) from None
    return parser.instantiate(options)[name]


def spell_out(name: str, value: Any) -> Any:
    """A record's value as jsonargparse takes it, with full class paths.

    Args:
        name: Of the setting.
        value: As `read_record` takes it.

    Raises:
        ValueError: For a name that is no kind of the record.

    >>> spell_out("loss", "mypackage.MyLoss")["init_args"]
    {'path': 'mypackage.MyLoss'}
    """
    if isinstance(value, Mapping) and "class_path" not in value:
        return _spell_out_all(value)
    if isinstance(value, Mapping):
        path, fields = value["class_path"], value.get("init_args") or {}
    elif isinstance(value, str):
        path, fields = parse_label(value)
    else:
        return value
    known: dict[str, type] = kinds(RECORDS[name])
    kind = known.get(path.rpartition(".")[-1])
    if kind is not None and path in (kind.__name__, _full_path(kind)):
        fields = _spell_out_all(fields)
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


def spell_out_words(words: Sequence[str]) -> list[str]:
    """Flags with labels and import paths as jsonargparse takes them.

    The flags of a class of the user's own become its arguments.

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
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _own_fields(name: str) -> set[str]:
    """Fields that are ours where the class is the user's own."""
    known: dict[str, Any] = kinds(RECORDS[name])
    return {field.name for field in dataclasses.fields(known[CUSTOM[name]])}


@functools.cache
def _parser() -> ArgumentParser:
    parser = ArgumentParser(exit_on_error=False)
    parser.add_class_arguments(Config)
    return parser


def _spell_out_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: spell_out(name, value) if name in RECORDS else value
        for name, value in values.items()
    }


def _full_path(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def _as_plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = {
            field.name: _as_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
        return {"class_path": type(value).__name__, "init_args": fields}
    return list(value) if isinstance(value, tuple) else value


def _with_tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
