"""Flags and configuration files of `keras-asd tune`."""

import dataclasses
import math
import os
import re
import socket
from collections.abc import Sequence
from typing import Any
from typing import Literal

from jsonargparse import ArgumentParser

from pipelines.commands.options import DEFAULT_PRESET
from pipelines.commands.options import make_config_parser
from pipelines.commands.options import parse_settings
from pipelines.commands.options import read_config_options
from pipelines.settings.config import Config
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import check_parameters
from tuning.settings.ranges import default_parameters
from tuning.settings.search_settings import SearchSettings

# Where no data is given.
PRESET = "tastgram_study"


@dataclasses.dataclass(frozen=True)
class TuneOptions:
    """What the words of `keras-asd tune` say.

    Args:
        folder: Of the search.
        roots: Data folders; none: the built-in machines.
        settings: Of the search; a worker is told them by its chief.
        final: What the best trial is confirmed and written with.
        role: Of this process.
        address: `host:port` of the chief.
        worker: Name of this worker.
        confirm_seeds: Trainings to confirm the best trial by.
        lease_seconds: After so long without a sign of a worker its trial is
            given to another.

    >>> parse_tuning(["fans", "--search", "searches/a"]).settings.trials
    12
    """

    folder: str
    roots: tuple[str, ...]
    settings: SearchSettings
    final: Config
    role: Literal["alone", "chief", "worker"]
    address: str
    worker: str
    confirm_seeds: int
    lease_seconds: float


def parse_tuning(words: Sequence[str]) -> TuneOptions:
    """Reads the flags and the configuration file of a search.

    Args:
        words: What stands after `keras-asd tune`.

    Raises:
        SystemExit: With code 2, after a clear line, for what is not right.

    >>> words = ["--search", "searches/a", "--over", "[margin]"]
    >>> parse_tuning(words).settings.parameters
    ('margin',)
    """
    parser = _make_parser(words, DEFAULT_PRESET)
    options = parse_settings(parser, words)
    if not (options["folders"] or options["data"]):
        parser = _make_parser(words, PRESET)
        options = parse_settings(parser, words)
    if not options["search"]:
        parser.error(
            "--search must be given, e.g. "
            "keras-asd tune recordings --search searches/first"
        )
    final = read_config_options(parser, options)
    try:
        _check_options(options)
        settings = _read_settings(final, options)
    except ValueError as error:
        parser.error(str(error))
    return TuneOptions(
        folder=options["search"],
        roots=tuple(options["folders"] or options["data"]),
        settings=settings,
        final=final,
        role=options["role"],
        address=options["address"],
        worker=options["worker"],
        confirm_seeds=options["confirm_seeds"],
        lease_seconds=options["lease_seconds"],
    )


def _read_settings(final: Config, options: Any) -> SearchSettings:
    parameters = tuple(options["over"]) or default_parameters(final)
    check_parameters(parameters, final)
    return SearchSettings(
        config=dataclasses.replace(
            final,
            holdout=options["trial_holdout"],
            epochs=(
                final.epochs
                if options["trial_epochs"] is None
                else options["trial_epochs"]
            ),
        ),
        parameters=parameters,
        objective=options["objective"],
        development=tuple(map(os.path.abspath, options["development"])),
        tuner=options["tuner"],
        trials=options["trials"],
        patience=options["patience"],
        seed=options["search_seed"],
    )


def _check_options(options: Any) -> None:
    """Refuses before hours of trials what would break off after them."""
    for name, is_right, rule in (
        ("confirm_seeds", options["confirm_seeds"] >= 0, "0 or more"),
        (
            "worker",
            re.fullmatch(r"\w[\w.-]*", options["worker"]),
            "made of letters, digits, `-`, `_` and `.`",
        ),
        (
            "address",
            re.fullmatch(r".*:\d{1,5}", options["address"]),
            "host:port",
        ),
        (
            "lease_seconds",
            0 < options["lease_seconds"] < math.inf,
            "positive and finite",
        ),
    ):
        if not is_right:
            raise ValueError(
                f"`{name}` must be {rule}. Received: {name}={options[name]}."
            )


def _make_parser(words: Sequence[str], preset: str) -> ArgumentParser:
    parser = make_config_parser(
        words,
        prog="keras-asd tune",
        description="Searches for settings, by default the margin, the scale "
        "and the Beta alpha, that tell faults best, without any fault to "
        "learn from; then confirms the best over several seeds. Without DATA "
        "it takes the built-in machines. Started again with the same words, "
        "it goes on where it stopped.",
        preset=preset,
    )
    _add_search(parser)
    _add_roles(parser)
    return parser


def _add_search(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--search", type=str, help="folder of the search")
    add(
        "--over",
        type=list[str],
        default=[],
        help="what to search over, as [margin,scale]: any of "
        + ", ".join(RANGES),
    )
    add(
        "--objective",
        choices=["val_proxy_auc", "val_official_score"],
        default="val_proxy_auc",
        help="by stand-in anomalies, or by labelled clips of --development",
    )
    add(
        "--development",
        type=list[str],
        default=[],
        help="folders of labelled test clips, as [DIR,...]",
    )
    add(
        "--tuner",
        choices=["random", "bayesian", "hyperband", "grid"],
        default="bayesian",
        help="how values are chosen",
    )
    add(
        "--trials",
        type=int,
        default=12,
        help="at most so many; of hyperband the epochs tell how many",
    )
    add("--trial_epochs", type=int, help="instead of --epochs, for trials")
    add(
        "--trial_holdout",
        type=float,
        default=0.2,
        help="share of the normal clips that judges the trials",
    )
    add(
        "--patience",
        type=int,
        default=0,
        help="end a trial after so many epochs without a better objective",
    )
    add("--search_seed", type=int, default=0, help="of the choice of values")
    add(
        "--confirm_seeds",
        type=int,
        default=3,
        help="trainings to confirm the best by; 0: none",
    )


def _add_roles(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--role",
        choices=["alone", "chief", "worker"],
        default="alone",
        help="a chief leaves the trials to its workers; a worker takes all "
        "settings from its chief",
    )
    add(
        "--address",
        type=str,
        default="127.0.0.1:8710",
        help="host:port of the chief",
    )
    add(
        "--worker",
        type=str,
        default=socket.gethostname(),
        help="name of this worker, one of its own for each",
    )
    add(
        "--lease_seconds",
        type=float,
        default=60.0,
        help="a worker silent for so long loses its trial",
    )
