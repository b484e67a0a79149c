"""Flags and configuration files of a training, one thing."""

import argparse
import contextlib
import logging
import pathlib
from collections.abc import Sequence
from typing import Any

from jsonargparse import ArgumentParser

from pipelines.commands.parsing import Parser
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.config import Config
from pipelines.settings.plain_yaml import read_yaml
from pipelines.settings.presets import PRESETS
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import PARSER_MODE
from pipelines.settings.reading import add_settings
from pipelines.settings.reading import read_options
from pipelines.settings.reading import set_defaults
from pipelines.settings.regimes import REGIMES
from pipelines.settings.regimes import choose_regime
from pipelines.settings.regimes import describe_choice
from pipelines.settings.spelling import spell_out_words

logger = logging.getLogger(__name__)

DEFAULT_PRESET = "tastgram_mfn_noisy_arcmix"
# Whichever suits the amount of data.
AUTO = "auto"


def parse_training(
    words: Sequence[str],
) -> tuple[Config, list[str], str, bool]:
    """Reads the flags and the configuration file of a training run.

    A flag stands above the file, the file above the preset. The preset
    `auto` is that of the regime which the data are in; a run that was begun
    goes on with the one it began with.

    Args:
        words: Words after `keras-asd train`.

    Returns:
        The configuration, the data folders, the run's folder, and whether
        to verify the recordings of a run that goes on.

    Raises:
        SystemExit: With code 2, after a clear line, for what is not right.
        FileNotFoundError: For `auto`, if a folder is missing or has no
            recordings.
        ValueError: For `auto`, if a folder cannot be read.

    >>> words = ["fans", "--run", "runs/a", "--preset", "reduced"]
    >>> parse_training([*words, "--epochs", "3"])[0].epochs
    3
    """
    parser = make_config_parser(
        words,
        prog="keras-asd train",
        description="Trains a detector on the normal clips of data folders. "
        "Started again with the same words, it goes on where it stopped.",
        further_presets=(AUTO,),
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
    if options["preset"] == AUTO:
        preset = _choose_preset(parser, words, data, options)
        options = _parse_with_preset(parser, words, preset)
    verify = options["verify"]
    return read_config_options(parser, options), data, options["run"], verify


def _choose_preset(
    parser: ArgumentParser,
    words: Sequence[str],
    data: Sequence[str],
    options: Any,
) -> str:
    run = RunFolder(pathlib.Path(options["run"]))
    if run.config.exists() and run.clips.exists():
        begun = read_config(run)
        for regime in REGIMES:
            found = _parse_with_preset(parser, words, regime.preset)
            if read_config_options(parser, found) == begun:
                logger.info("--preset auto goes on with %s", regime.preset)
                return regime.preset
    # It knows how to decode, which --help need not wait for.
    from pipelines.datasets.reading import read_all_clips

    clips = read_all_clips(data, options["seed"])
    logger.info(describe_choice(clips))
    return choose_regime(clips).preset


def _parse_with_preset(
    parser: ArgumentParser, words: Sequence[str], preset: str
) -> Any:
    set_defaults(parser, choose_preset(preset))
    return parse_settings(parser, words)


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
    further_presets: Sequence[str] = (),
) -> ArgumentParser:
    """A parser of data folders and of every setting of a training.

    Args:
        words: What it will parse; they may name the preset to start from.
        prog: The command.
        description: What it does.
        preset: Where they name none.
        further_presets: Names that are taken beside those of presets.

    >>> parser = make_config_parser([], "keras-asd train", "Trains.")
    >>> parser.get_defaults().epochs
    300
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
        choices=[*PRESETS, *further_presets],
        default=preset,
        help="settings to start from"
        + ("; auto: those that suit the data" if further_presets else ""),
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
    """The preset to start from: of the flag, else of the file."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    parser.add_argument("--config", nargs="?")
    first, _ = parser.parse_known_args(list(words))
    preset = first.preset
    if preset is None and first.config is not None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            preset = read_yaml(first.config).get("preset")
    # What is wrong with either is the other parser's to say.
    is_known = isinstance(preset, str) and preset in PRESETS
    return preset if is_known else default
