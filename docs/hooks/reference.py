"""Reference pages, made from the code when the site is built."""

import ast
import contextlib
import dataclasses
import io
import os
import pathlib
import typing

import docstring_parser
import yaml
from mkdocs.structure.files import File
from openapi_spec_validator import validate

from keras_asd.__main__ import COMMANDS
from pipelines import commands
from pipelines.settings.config import Config
from pipelines.settings.labels import kinds
from pipelines.settings.labels import label
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import read_preset
from pipelines.settings.spelling import RECORDS
from tuning import commands as tuning_commands

ROOT = pathlib.Path(__file__).parents[2]
ROOMS = ("layers", "losses", "metrics", "models", "scorers", "explanation")
TITLES = {
    "embedder": "Embedders",
    "loss": "Losses",
    "scorer": "Scorers",
    "pretraining": "Pre-training",
    "front_end": "Front-ends",
}


def on_files(files, config):
    """Adds the pages, and refuses a REST description that is not valid."""
    validate(yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8")))
    pages = {
        "command_line": write_commands(),
        "settings": write_settings(),
        "presets": write_presets(),
        "detector": write_detector(),
    }
    pages |= {room: write_room(room) for room in ROOMS}
    for name, text in pages.items():
        path = f"reference/{name}.md"
        files.append(File.generated(config, path, content=text))
    return files


def write_commands():
    """Every command with its help page."""
    os.environ["COLUMNS"] = "80"
    parts = ["# Command line\n\nThe help page of every command."]
    for name in COMMANDS:
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
            if name == "tune":
                tuning_commands.run(["--help"])
            else:
                commands.run(name, ["--help"])
        parts.append(f"## keras-asd {name}\n\n```text\n{text.getvalue()}```")
    return "\n\n".join(parts)


def write_settings():
    """Every setting of a training, and of every kind of record."""
    parts = [
        "# Settings",
        "Each is a flag of `keras-asd train`, a line of a configuration file "
        'and a word of `Detector("auto", ...)`. Defaults are those without a '
        "preset.",
        write_record(Config),
    ]
    for name, title in TITLES.items():
        parts.append(f"## {title}\n\n`--{name} NAME`, `--{name}.SETTING VALUE`")
        for kind, record in sorted(kinds(RECORDS[name]).items()):
            about = docstring_parser.parse(record.__doc__ or "")
            parts += [f"### {kind}", about.short_description or ""]
            parts.append(write_record(record))
    return "\n\n".join(parts)


def write_record(record):
    """The fields of a record of settings as a table."""
    about = docstring_parser.parse(record.__doc__ or "")
    texts = {one.arg_name: one.description or "" for one in about.params}
    hints = typing.get_type_hints(record)
    rows = ["| setting | default | values | meaning |", "|---|---|---|---|"]
    for field in dataclasses.fields(record):
        if not field.init:
            continue
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        is_needed = default is dataclasses.MISSING
        shown = "" if is_needed else f"`{write_value(default)}`"
        cells = (f"`{field.name}`", shown, write_values(field, hints))
        text = " ".join(texts.get(field.name, "").split())
        rows.append(f"| {' | '.join(cells)} | {text} |".replace("\n", " "))
    return "\n".join(rows) if len(rows) > 2 else "No settings of its own."


def write_value(value):
    """A value as one writes it in a flag."""
    if dataclasses.is_dataclass(value):
        return label(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return value


def write_values(field, hints):
    """The values that a field takes, in words."""
    hint = hints[field.name]
    choices = [
        choice
        for part in (hint, *typing.get_args(hint))
        if typing.get_origin(part) is typing.Literal
        for choice in typing.get_args(part)
    ]
    if rule := field.metadata.get("rule"):
        return rule.text
    return ", ".join(f"`{choice}`" for choice in choices)


def write_presets():
    """Every preset with its source and what it changes."""
    parts = ["# Presets", "[Which suits whom](../presets.md)."]
    for name in PRESETS:
        preset = read_preset(name)
        base = f" Changes `{preset.base}`." if preset.base else ""
        text = yaml.safe_dump(dict(preset.settings), sort_keys=False)
        system = preset.system[0].upper() + preset.system[1:]
        parts += [f"## {name}", f"{system}. Source: {preset.source}."]
        parts += [f"{base}\n\n```yaml\n{text}```"]
    return "\n\n".join(parts)


def write_detector():
    """The Python door."""
    name = "pipelines.detector.detector.Detector"
    return f"# Detector\n\n`from keras_asd import Detector`\n\n::: {name}\n" + (
        "    options: {show_root_heading: false}\n"
    )


def write_room(room):
    """The public names of a room of `keras_asd`."""
    path = ROOT / "keras_asd" / room / "__init__.py"
    module = ast.parse(path.read_text("utf-8"))
    about = (module.body[0].value.value or "").strip()
    names = [
        constant.value
        for node in module.body
        if getattr(getattr(node, "targets", [None])[0], "id", "") == "__all__"
        for constant in node.value.elts
    ]
    parts = [f"# keras_asd.{room}", about]
    parts += [f"::: keras_asd.{room}.{name}" for name in names]
    return "\n\n".join(parts) + "\n"
