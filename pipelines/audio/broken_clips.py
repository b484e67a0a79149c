"""Broken clips: the one-line reason of each, and how many are too many.

Inspection, evaluation, scoring, export and requests report a recording that
cannot be used with the reason that is worded here or by the check that found
the fault (`containers`, `riff`, `ogg`, `libsndfile`), whose `ValueError` has
nothing but the reason as its message.
"""

import logging
from collections.abc import Sequence

import soundfile

from pipelines.datasets.clip import Clip

logger = logging.getLogger(__name__)

NUM_REASONS_SHOWN = 5


def broken_reason(error: Exception) -> str:
    """Returns why a recording cannot be used, in one line.

    Args:
        error: Anything that reading the recording raised.

    >>> broken_reason(FileNotFoundError("a.wav"))
    'missing: no such recording'
    >>> broken_reason(ValueError("empty: 0 bytes"))
    'empty: 0 bytes'
    >>> broken_reason(MemoryError("too large"))
    'damaged: MemoryError: too large'
    """
    if isinstance(error, FileNotFoundError):
        return "missing: no such recording"
    if isinstance(error, soundfile.LibsndfileError):
        return f"damaged: {error.error_string}"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror}"
    if isinstance(error, ValueError):
        return str(error)
    return f"damaged: {type(error).__name__}: {error}"


def warn_of_broken_clips(broken: Sequence[tuple[Clip, str]]) -> None:
    """Logs a warning for each clip that is left out, with its reason.

    Args:
        broken: Clips and reasons, such as `inspect_clips` returns.

    >>> warn_of_broken_clips([])
    """
    for clip, reason in broken:
        logger.warning("left out: %s: %s", clip.path, reason)


def check_broken_share(
    broken: Sequence[tuple[Clip, str]],
    num_clips: int,
    max_broken_share: float = 0.5,
) -> None:
    """Refuses to go on with too few of the clips.

    Args:
        broken: The clips left out and why, as `inspect_clips` gives them.
        num_clips: Number of all the clips, these included.
        max_broken_share: Largest share that may be left out, in [0, 1].

    Raises:
        ValueError: If no clip is left, or more than the share is left out.

    >>> check_broken_share([], num_clips=10)
    """
    if not 0 <= max_broken_share <= 1:
        raise ValueError(
            "`max_broken_share` must lie in [0, 1]. Received: "
            f"max_broken_share={max_broken_share}."
        )
    if len(broken) < num_clips and len(broken) <= max_broken_share * num_clips:
        return
    reasons = [f"{clip.path} ({reason})" for clip, reason in broken]
    shown = "; ".join(reasons[:NUM_REASONS_SHOWN])
    more = "; ..." if len(reasons) > NUM_REASONS_SHOWN else ""
    raise ValueError(
        "Some clips must be left, and at most a share of "
        f"{max_broken_share:g} may be broken. Received: {len(broken)} of "
        f"{num_clips} clips broken: {shown}{more}. Mend these recordings, or "
        "allow more with `max_broken_share`."
    )
