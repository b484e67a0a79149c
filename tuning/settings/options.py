"""Flags and configuration files of `keras-asd tune`."""

import dataclasses
import math
import os
import re
import socket
from collections.abc import Sequence
from typing import Annotated
from typing import Literal

from jsonargparse import ArgumentParser

from pipelines.commands.command import OneOf
from pipelines.commands.command import add_arguments
from pipelines.commands.options import make_config_parser
from pipelines.commands.options import parse_settings
from pipelines.commands.options import read_config_options
from pipelines.settings.config import Config
from tuning.settings.objectives import OBJECTIVES
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import check_parameters
from tuning.settings.ranges import default_parameters
from tuning.settings.search_settings import SearchSettings

# Preset of the trials if no data are given.
PRESET = "tastgram_study"


@dataclasses.dataclass(frozen=True, kw_only=True)
class TuneFlags:
    """Flags of `keras-asd tune`, in addition to the settings of a training.

    Args:
        search (DIR): Folder of the search.
        over: Parameters to search over, as [margin,scale]. Defaults to
            parameters that have an effect with the preset.
        objective: Objective, by stand-in anomalies (val_proxy_auc) or by the
            labelled clips of --development (val_official_score).
        development: Folders of labelled test clips, as [DIR,...].
        tuner: Method by which values are chosen.
        trials: Largest number of trials; hyperband's follows from the epochs.
        trial_epochs: Epochs of a trial. Defaults to --epochs.
        trial_holdout: Share of the normal clips held out to evaluate the
            trials.
        patience: Epochs without a better objective after which a trial ends;
            0 for no such end.
        search_seed: Seed of the choice of values.
        confirm_seeds: Seeds by which the best trial is confirmed; 0 for none.
        role: Role of this process: a chief leaves the trials to its workers,
            a worker takes all settings from its chief.
        address: Address HOST:PORT of the chief.
        worker: Name of this worker, unique among all workers.
        lease_seconds: Silence in seconds after which a worker loses its trial.

    Raises:
        ValueError: If a value is out of its range.

    >>> TuneFlags(confirm_seeds=-1)
    Traceback (most recent call last):
    ValueError: `confirm_seeds` must be 0 or more. Received: ...
    """

    search: str | None = None
    over: tuple[str, ...] = ()
    objective: Annotated[str, OneOf(dict.fromkeys(OBJECTIVES, ""))] = (
        "val_proxy_auc"
    )
    development: tuple[str, ...] = ()
    tuner: Literal["random", "bayesian", "hyperband", "grid"] = "bayesian"
    trials: int = 12
    trial_epochs: int | None = None
    trial_holdout: float = 0.2
    patience: int = 0
    search_seed: int = 0
    confirm_seeds: int = 3
    role: Literal["alone", "chief", "worker"] = "alone"
    address: str = "127.0.0.1:8710"
    worker: str = socket.gethostname()
    lease_seconds: float = 60.0

    def __post_init__(self):
        # Refuses early what would fail only after hours of trials.
        for name, is_right, rule in (
            ("confirm_seeds", self.confirm_seeds >= 0, "0 or more"),
            (
                "worker",
                re.fullmatch(r"\w[\w.-]*", self.worker),
                "made of letters, digits, `-`, `_` and `.`",
            ),
            (
                "address",
                (port := re.fullmatch(r".*:([0-9]{1,5})", self.address))
                and 0 < int(port[1]) < 2**16,
                "host:port, of a port up to 65535",
            ),
            (
                "lease_seconds",
                0 < self.lease_seconds < math.inf,
                "positive and finite",
            ),
        ):
            if not is_right:
                raise ValueError(
                    f"`{name}` must be {rule}. "
                    f"Received: {name}={getattr(self, name)}."
                )


@dataclasses.dataclass(frozen=True)
class TuneOptions:
    """Parsed and checked options of `keras-asd tune`.

    Args:
        folder: Folder of the search.
        roots: Data folders; empty for the built-in machines.
        settings: Settings of the search; a worker receives those of its chief.
        final: Configuration in which the best trial is confirmed.
        flags: Flags other than those of a training.

    >>> parse_tuning(["fans", "--search", "searches/a"]).settings.trials
    12
    """

    folder: str
    roots: tuple[str, ...]
    settings: SearchSettings
    final: Config
    flags: TuneFlags


def parse_tuning(words: Sequence[str]) -> TuneOptions:
    """Reads the flags and the configuration file of a search.

    Args:
        words: Command-line arguments after `keras-asd tune`.

    Raises:
        SystemExit: With code 2 and a message, for invalid options.

    >>> words = ["--search", "searches/a", "--over", "[margin]"]
    >>> parse_tuning(words).settings.parameters
    ('margin',)
    """
    parser = _make_parser(words, "tastgram_mfn_noisy_arcmix")
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
    names = [field.name for field in dataclasses.fields(TuneFlags)]
    try:
        flags = TuneFlags(**{name: options[name] for name in names})
        settings = _read_settings(final, flags)
    except ValueError as error:
        parser.error(str(error))
    return TuneOptions(
        folder=options["search"],
        roots=tuple(options["folders"] or options["data"]),
        settings=settings,
        final=final,
        flags=flags,
    )


def _read_settings(final: Config, flags: TuneFlags) -> SearchSettings:
    if final.minutes or not final.clip_seconds:
        raise ValueError(
            "A search needs a preset of one training. Received: minutes="
            f"{final.minutes:g}, clip_seconds={final.clip_seconds:g}. Name "
            "another than auto, such as --preset training_free_views."
        )
    parameters = flags.over or default_parameters(final)
    check_parameters(parameters, final)
    epochs = flags.trial_epochs
    return SearchSettings(
        config=dataclasses.replace(
            final,
            holdout=flags.trial_holdout,
            # Trials are judged and make no decisions.
            calibration_holdout="none",
            epochs=final.epochs if epochs is None else epochs,
        ),
        parameters=parameters,
        objective=flags.objective,
        development=tuple(map(os.path.abspath, flags.development)),
        tuner=flags.tuner,
        trials=flags.trials,
        patience=flags.patience,
        seed=flags.search_seed,
    )


def _make_parser(words: Sequence[str], preset: str) -> ArgumentParser:
    parser = make_config_parser(
        words,
        prog="keras-asd tune",
        description="Searches for settings, by default the margin, the scale "
        "and the Beta alpha, that detect faults best, without any fault to "
        "learn from; then confirms the best over several seeds. Without DATA "
        "it takes the built-in machines. Started again with the same words, "
        "it goes on where it stopped.",
        preset=preset,
    )
    parser.epilog = f"Parameters of --over: {', '.join(RANGES)}."
    add_arguments(parser, TuneFlags)
    return parser
