"""Which preset suits the amount of data that there is."""

import collections
import dataclasses
import math
import statistics
from collections.abc import Iterable

from pipelines.datasets.clip import Clip
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset


@dataclasses.dataclass(frozen=True)
class Regime:
    """An amount of data, and what is to be taken there.

    Args:
        below: Normal clips of a section, in the median section; it holds
            for fewer than these.
        preset: What wins.
        reason: How that is known.

    >>> REGIMES[0].preset
    'dual_branch_fused'
    """

    below: float
    preset: str
    reason: str

    @property
    def is_small(self) -> bool:
        """Whether there are too few clips for the usual preset."""
        return math.isfinite(self.below)


# From few clips to many; the last one holds for all that are left.
REGIMES = (
    Regime(
        100,
        "dual_branch_fused",
        "with so few, statistics were best on made-up machines, networks on a "
        "handful of real ones; both together stay close to the better",
    ),
    Regime(
        math.inf,
        "tastgram_mfn_noisy_arcmix",
        "a published system trained from scratch, which so many may feed",
    ),
)


def choose_regime(clips: Iterable[Clip]) -> Regime:
    """The regime that clips are in, by those of train splits.

    >>> choose_regime([]).preset
    'dual_branch_fused'
    """
    typical = _typical_count(clips)
    return next(regime for regime in REGIMES if typical < regime.below)


def describe_choice(clips: Iterable[Clip]) -> str:
    """Which preset is taken, and why, in one line.

    >>> describe_choice([])
    '--preset auto takes dual_branch_fused: 0 sections, 0 normal clips in ...
    """
    clips = list(clips)
    regime = choose_regime(clips)
    return (
        f"--preset auto takes {regime.preset}: {_describe(clips)}; "
        f"{regime.reason}"
    )


def recommend(clips: Iterable[Clip], config: Config) -> str | None:
    """Says that another preset suits so few clips, `None` where none does.

    Args:
        clips: Of the training.
        config: What is asked for.

    >>> recommend([], choose_preset("dual_branch_fused")) is None
    True
    >>> recommend([], Config())
    'few clips (0 sections, ...): --preset dual_branch_fused is recommended...
    """
    clips = list(clips)
    regime = choose_regime(clips)
    best = choose_preset(regime.preset)
    is_taken = _method(config) == _method(best)
    if is_taken or not regime.is_small:
        return None
    return (
        f"few clips ({_describe(clips)}): --preset {regime.preset} is "
        f"recommended, {regime.reason}"
    )


def _method(config: Config) -> tuple:
    """The settings that make a method of its own."""
    kinds = type(config.embedder), type(config.pretraining)
    return *kinds, config.fusion, config.further_classes


def _counts(clips: Iterable[Clip]) -> list[int]:
    keys = (clip.key for clip in clips if clip.split == "train")
    return list(collections.Counter(keys).values())


def _typical_count(clips: Iterable[Clip]) -> float:
    return statistics.median(_counts(clips) or [0])


def _describe(clips: list[Clip]) -> str:
    number = len(_counts(clips))
    return (
        f"{number} section{'' if number == 1 else 's'}, "
        f"{_typical_count(clips):g} normal clips in the median one"
    )
