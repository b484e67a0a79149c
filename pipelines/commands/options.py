"""Flags and configuration files of a training, one thing."""

import argparse
import contextlib
import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

from jsonargparse import ArgumentParser

from pipelines.commands.parsing import Parser
from pipelines.settings.config import Config
from pipelines.settings.plain_yaml import read_yaml
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import PARSER_MODE
from pipelines.settings.reading import add_settings
from pipelines.settings.reading import read_options
from pipelines.settings.spelling import spell_out_words
from pipelines.settings.stages import FREE_SETTINGS
from pipelines.settings.stages import check_anytime

logger = logging.getLogger(__name__)

DEFAULT_PRESET = "auto"
# Where a setting is given that `auto` chooses itself, and no preset.
NETWORK_PRESET = "tastgram_mfn_noisy_arcmix"


def parse_training(
    words: Sequence[str],
) -> tuple[Config, list[str], str, bool]:
    """Reads the flags and the configuration file of a training run.

    A flag stands above the file, the file above the preset.

    Args:
        words: Words after `keras-asd train`.

    Returns:
        The configuration, the data folders, the run's folder, and whether
        to verify the recordings of a run that goes on.

    Raises:
        SystemExit: With code 2, after a clear line, for what is not right.

    >>> words = ["fans", "--run", "runs/a", "--preset", "reduced"]
    >>> parse_training([*words, "--epochs", "3"])[0].epochs
    3
    """
    parser = make_config_parser(
        words,
        prog="keras-asd train",
        description="Trains a detector on the normal clips of data folders. "
        "Started again with the same words, it goes on where it stopped.",
    )
    parser.add_argument("--run", type=str, help="folder of the run")
    parser.add_argument(
        "--verify",
        action="store_true",
        help="read all recordings of a run that goes on, to find what changed",
    )
    options = parse_settings(parser, words)
    data = options["folders"] or options["data"]
    if not data or not options["run"]:
        parser.error(
            "DATA and --run must be given, e.g. "
            "keras-asd train recordings --run runs/first"
        )
    verify = options["verify"]
    config = read_config_options(parser, options)
    try:
        check_anytime(config, options["preset"])
    except ValueError as error:
        parser.error(str(error))
    return config, data, options["run"], verify


def parse_settings(parser: ArgumentParser, words: Sequence[str]) -> Any:
    """What words say, with labels and import paths spelt out.

    Raises:
        SystemExit: With code 2, after a clear line, for what is not right.

    >>> parser = make_config_parser([], "keras-asd train", "Trains.")
    >>> parse_settings(parser, ["--loss", "AdaCos"])["loss.class_path"][-6:]
    'AdaCos'
    """
    try:
        return parser.parse_args(spell_out_words(words))
    except ValueError as error:
        parser.error(str(error))


def make_config_parser(
    words: Sequence[str],
    prog: str,
    description: str,
    preset: str = DEFAULT_PRESET,
) -> ArgumentParser:
    """A parser of data folders and of every setting of a training.

    Args:
        words: What it will parse; they may name the preset to start from.
        prog: The command.
        description: What it does.
        preset: Where they name none.

    >>> parser = make_config_parser([], "keras-asd train", "Trains.")
    >>> parser.get_defaults().minutes
    10.0
    """
    preset = _find_preset(words, preset)
    parser = Parser(prog=prog, description=description, parser_mode=PARSER_MODE)
    parser.add_argument(
        "folders", nargs="*", type=str, metavar="DATA", help="data folders"
    )
    parser.add_argument(
        "--data",
        type=list[str],
        default=[],
        help="the data folders again, for the file",
    )
    parser.add_argument(
        "--preset",
        choices=[*PRESETS],
        default=preset,
        help="settings to start from; without it auto, or the published "
        "network where a setting of it is given",
    )
    add_settings(parser, choose_preset(preset))
    return parser


def read_config_options(parser: ArgumentParser, options: Any) -> Config:
    """The settings among the options of such a parser.

    Args:
        parser: Of `make_config_parser`; it reports what is not right.
        options: What `parse_settings` gave.

    Raises:
        SystemExit: With code 2, after a clear line, for what is not right.

    >>> parser = make_config_parser([], "keras-asd train", "Trains.")
    >>> options = parse_settings(parser, ["--epochs", "3"])
    >>> read_config_options(parser, options).epochs
    3
    """
    try:
        return read_options(parser, options)
    except ValueError as error:
        parser.error(str(error))


def _find_preset(words: Sequence[str], default: str) -> str:
    """The preset to start from: of the flag, else of the file.

    Where neither names one, a setting of a network asks for the network's.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    parser.add_argument("--config", nargs="?")
    first, rest = parser.parse_known_args(list(words))
    names = {word[2:].split("=")[0] for word in rest if word[:2] == "--"}
    preset = first.preset
    if preset is None and first.config is not None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            settings = read_yaml(first.config)
            preset = settings.get("preset")
            names |= set(settings)
    # What is wrong with either is the other parser's to say.
    if isinstance(preset, str) and preset in PRESETS:
        return preset
    own = {name.split(".")[0] for name in names} - {*FREE_SETTINGS, "minutes"}
    fields = {field.name for field in dataclasses.fields(Config)}
    if default == DEFAULT_PRESET and own & fields:
        return NETWORK_PRESET
    return default
