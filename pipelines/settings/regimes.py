"""Choice of a preset by the number of clips."""

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
    """A range of data sizes, and the recommended preset.

    Args:
        below: Upper limit, exclusive, of the normal clips of the median
            section.
        preset: Name of the recommended preset.
        reason: Evidence for the recommendation.

    >>> REGIMES[0].preset
    'dual_branch_fused'
    """

    below: float
    preset: str
    reason: str

    @property
    def is_small(self) -> bool:
        """Whether there are too few clips for the default preset."""
        return math.isfinite(self.below)


# From few clips to many; the last one has no upper limit.
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
    """The regime of the clips, by the size of their train splits.

    >>> choose_regime([]).preset
    'dual_branch_fused'
    """
    typical = _typical_count(clips)
    return next(regime for regime in REGIMES if typical < regime.below)


def describe_choice(clips: Iterable[Clip]) -> str:
    """The recommended preset and the reason, in one line.

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
    """Recommendation of another preset for few clips, or `None`.

    Args:
        clips: Clips of the training.
        config: Requested settings.

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
    """The settings by which two methods differ."""
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
