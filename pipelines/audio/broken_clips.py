"""Broken clips: the one-line reason of each, and how many are too many.

Inspection, evaluation, scoring, export and requests report a recording that
cannot be used with the reason that is worded here or by the check that found
the fault (`containers`, `riff`, `ogg`, `libsndfile`), whose `ValueError` has
nothing but the reason as its message.
"""

import collections
import logging
from collections.abc import Sequence

import soundfile

from pipelines.datasets.clip import Clip
from pipelines.files.names import escape_name

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


def warn_of_broken_clips(
    broken: Sequence[tuple[Clip, str]], num_clips: int
) -> None:
    """Logs each clip that is left out with its reason, and their number.

    Args:
        broken: Clips and reasons, such as `inspect_clips` returns.
        num_clips: Number of all the clips, these included.

    >>> warn_of_broken_clips([], num_clips=10)
    """
    for clip, reason in broken:
        logger.warning("left out: %s: %s", escape_name(clip.path), reason)
    warn_of_number([reason for _, reason in broken], num_clips)


def warn_of_number(reasons: Sequence[str], num_clips: int) -> None:
    """Logs how many of several clips are left out, and for what.

    Args:
        reasons: Reason of each clip that is left out.
        num_clips: Number of all the clips, these included.

    >>> warn_of_number([], num_clips=10)
    """
    if not reasons or num_clips == 1:
        return
    kinds = collections.Counter(
        reason.partition(":")[0] for reason in reasons
    ).most_common()
    shown = [f"{count} {kind}" for kind, count in kinds[:NUM_REASONS_SHOWN]]
    more = ", ..." if len(kinds) > NUM_REASONS_SHOWN else ""
    logger.warning(
        "left out: %d of %d clips: %s%s",
        len(reasons),
        num_clips,
        ", ".join(shown),
        more,
    )


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
    reasons = [
        f"{escape_name(clip.path)} ({reason})" for clip, reason in broken
    ]
    shown = "; ".join(reasons[:NUM_REASONS_SHOWN])
    more = "; ..." if len(reasons) > NUM_REASONS_SHOWN else ""
    raise ValueError(
        "Some clips must be left, and at most a share of "
        f"{max_broken_share:g} may be broken. Received: {len(broken)} of "
        f"{num_clips} clips broken: {shown}{more}. Mend these recordings, or "
        "allow more with `max_broken_share`."
    )
