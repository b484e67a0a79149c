"""Reading and writing of settings as YAML and flags, by jsonargparse."""

import argparse
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jsonargparse
from jsonargparse import ArgumentParser
from jsonargparse import set_parsing_settings

from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.plain_yaml import load_yaml
from pipelines.settings.spelling import RECORDS
from pipelines.settings.spelling import reword
from pipelines.settings.spelling import spell_out
from pipelines.settings.spelling import spell_out_all

set_parsing_settings(subclasses_enabled=list(RECORDS.values()))


def load_settings(text: str) -> Any:
    """Parses a YAML file of settings for jsonargparse."""
    values = load_yaml(text)
    return spell_out_all(values) if isinstance(values, dict) else values


# Lets files of settings have labels and import paths, too.
PARSER_MODE = "settings"
jsonargparse.set_loader(PARSER_MODE, load_settings, exceptions=(ValueError,))


def add_settings(parser: ArgumentParser, defaults: Config) -> None:
    """Adds all settings of a training to a parser.

    >>> parser = ArgumentParser()
    >>> add_settings(parser, Config())
    >>> parser.parse_args(["--loss.margin", "0.5"]).loss.init_args.margin
    0.5
    """
    parser.add_class_arguments(Config)
    for action in parser._actions:
        if action.dest in RECORDS:
            names = ", ".join(kinds(RECORDS[action.dest]))
            action.help = f"{action.help} One of {names}"
    set_defaults(parser, defaults)


def set_defaults(parser: ArgumentParser, defaults: Config) -> None:
    """Sets the defaults of a parser to which `add_settings` was applied.

    >>> parser = ArgumentParser()
    >>> add_settings(parser, Config())
    >>> set_defaults(parser, Config(epochs=3))
    >>> parser.parse_args([]).epochs
    3
    """
    parser.set_defaults(spell_out_all(write_settings(defaults)))


def write_settings(config: Config) -> dict[str, Any]:
    """Settings as plain values, for YAML and JSON.

    >>> write_settings(Config())["scorer"]
    {'class_path': 'CentreAngle', 'init_args': {'form': 'logit'}}
    """
    return _as_plain(config)["init_args"]


def read_settings(
    changes: Mapping[str, Any], base: Config | None = None
) -> Config:
    """Settings from plain values of YAML or JSON, on top of a base.

    A record is given as a label, such as `ArcFace(margin=0.5)`, as the import
    path of a custom class, as a mapping of `class_path` and `init_args`, or as
    a mapping of the fields to change. If the kind changes, fields that both
    kinds have keep their values.

    Args:
        changes: New values by name of the setting.
        base: Settings to change; the defaults if `None`.

    Raises:
        ValueError: For an unknown setting, or a value of another type or
            incompatible with the others.

    >>> read_settings({"loss": "ArcFace", "epochs": 3}).loss
    ArcFace(margin=0.7, scale=30.0)
    >>> read_settings({"loss": {"margin": 0.5}}).loss.margin
    0.5
    """
    parser = _parser()
    set_defaults(parser, base or Config())
    try:
        options = parser.parse_object(spell_out_all(changes))
        return read_options(parser, options)
    except argparse.ArgumentError as error:
        raise ValueError(reword(str(error))) from None


def read_options(parser: ArgumentParser, options: Any) -> Config:
    """Settings among the options that a parser has read.

    >>> parser = ArgumentParser()
    >>> add_settings(parser, Config())
    >>> read_options(parser, parser.parse_args(["--epochs", "3"])).epochs
    3
    """
    made = parser.instantiate(options)
    names = [field.name for field in dataclasses.fields(Config)]
    return Config(**{name: _with_tuples(made[name]) for name in names})


def read_record(name: str, value: Any) -> Any:
    """Reads a single record, in the form of `read_settings`.

    Args:
        name: Name of the setting: `embedder`, `loss`, `scorer` or
            `pretraining`.
        value: Label, import path or mapping.

    Raises:
        ValueError: If there is no such class, or it lacks such a field.

    >>> read_record("scorer", "Mahalanobis(covariance=domain)").covariance
    'domain'
    """
    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument(f"--{name}", type=RECORDS[name])
    try:
        options = parser.parse_object({name: spell_out(name, value)})
    except argparse.ArgumentError as error:
        raise ValueError(reword(str(error))) from None
    return parser.instantiate(options)[name]


@functools.cache
def _parser() -> ArgumentParser:
    parser = ArgumentParser(exit_on_error=False)
    parser.add_class_arguments(Config)
    return parser


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
