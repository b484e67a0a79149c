"""Hold-out split: training clips kept for validation and decisions."""

import collections
from collections.abc import Sequence

import numpy as np

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.sessions import session_groups
from pipelines.settings.config import Config


def needed_clips(rate: float) -> int:
    """Number of normal clips that a false-alarm rate needs.

    >>> needed_clips(0.01)
    99
    """
    return int(np.ceil(1.0 / rate - 1e-9)) - 1


def hold_out_clips(
    inspected: Sequence[InspectedClip],
    class_indices: Sequence[int],
    config: Config,
) -> np.ndarray:
    """Clips held out for validation and, where wanted, for decisions.

    Args:
        inspected: Training clips.
        class_indices: Class index of every clip, `(clips,)`.
        config: Settings: shares, requested rate and seed.

    Returns:
        Boolean array, `(clips,)`, true for held-out clips.

    >>> hold_out_clips([], [], Config(holdout=0.0, keep="last")).shape
    (0,)
    """
    clips = [one.clip for one in inspected]
    sessions = session_groups(
        [clip.key for clip in clips], [clip.session for clip in clips]
    )
    is_held_out = hold_out(class_indices, config.holdout, config.seed, sessions)
    if config.calibration_holdout == "none":
        return is_held_out
    needed = needed_clips(config.false_alarm_rate)
    groups = calibration_groups(
        [clip.key for clip in clips], [clip.domain for clip in clips], needed
    )
    return hold_out_needed(
        is_held_out, class_indices, groups, needed, config.seed, sessions
    )


def hold_out(
    class_indices: Sequence[int],
    share: float,
    seed: int,
    sessions: Sequence[str] | None = None,
) -> np.ndarray:
    """Draws clips to hold out from training, class by class.

    Every class keeps at least one clip for training, so no clip is held out of
    a class with a single clip. Where rounding yields no clip at all, one clip
    of the largest class is held out.

    Args:
        class_indices: Class index of every clip, `(clips,)`.
        share: Share of clips to hold out, in `[0, 1)`.
        seed: Seed of the draw.
        sessions: Recording session of every clip, from `session_groups`; of a
            section with several, whole sessions are drawn if some have at most
            half as many clips again as the share.

    Returns:
        Boolean array, `(clips,)`, true for held-out clips.

    >>> int(hold_out([0] * 40 + [1], share=0.05, seed=0).sum())
    2
    """
    labels = np.asarray(class_indices)
    is_held_out = np.zeros(len(labels), dtype=bool)
    if share <= 0:
        return is_held_out
    generator = np.random.default_rng(seed)
    if sessions is not None:
        for own in _sections(sessions):
            wanted = int(np.floor(share * len(own) + 0.5))
            _draw_sessions(
                is_held_out, labels, own, sessions, (wanted, 1.5 * wanted), seed
            )
    is_drawn = is_held_out.copy()
    classes, counts = np.unique(labels, return_counts=True)
    wanted = np.minimum(np.floor(share * counts + 0.5), counts - 1)
    if not wanted.any() and counts.max() > 1:
        wanted[np.argmax(counts)] = 1
    for label, number in zip(classes, wanted, strict=True):
        if is_drawn[labels == label].any():
            continue
        places = generator.permutation(np.flatnonzero(labels == label))
        is_held_out[places[: int(number)]] = True
    return is_held_out


def hold_out_needed(
    is_held_out: np.ndarray,
    class_indices: Sequence[int],
    groups: Sequence[str],
    needed: int,
    seed: int,
    sessions: Sequence[str] | None = None,
) -> np.ndarray:
    """Holds further clips out, as many as decisions of each group need.

    A group with fewer than twice as many clips is left as it is, and every
    class keeps a clip for training.

    Args:
        is_held_out: Clips that are held out already, `(clips,)`.
        class_indices: Class index of every clip, `(clips,)`.
        groups: Name of every clip's group, `(clips,)`, from
            `calibration_groups`; a clip whose name is empty stays.
        needed: Number of clips that a group needs.
        seed: Seed of the draw.
        sessions: Recording session of every clip, from `session_groups`; of a
            section with several, whole sessions are drawn, at most half of its
            clips.

    Returns:
        Boolean array, `(clips,)`, true for all held-out clips.

    >>> nothing = np.zeros(50, bool)
    >>> groups = ["fan"] * 40 + ["pump"] * 10
    >>> held = hold_out_needed(nothing, [0] * 50, groups, needed=19, seed=0)
    >>> int(held[:40].sum()), int(held[40:].sum())
    (19, 0)
    """
    held = np.array(is_held_out, bool)
    labels, names = np.asarray(class_indices), np.array(groups)
    generator = np.random.default_rng(seed)
    if sessions is not None:
        for own in _sections(sessions):
            names[own] = ""
            drawn, limits = held.copy(), (needed, len(own) // 2)
            size = _draw_sessions(drawn, labels, own, sessions, limits, seed)
            held = drawn if size >= needed else held
    for name in np.unique(names[names != ""]):
        own = np.flatnonzero(names == name)
        if len(own) < 2 * needed:
            continue
        for index in generator.permutation(own[~held[own]]):
            if held[own].sum() >= needed:
                break
            is_sibling = (labels == labels[index]) & ~held
            held[index] = is_sibling.sum() > 1
    return held


def is_apart(is_held_out: np.ndarray, sessions: Sequence[str]) -> np.ndarray:
    """Held-out clips none of whose recording session is trained on.

    Args:
        is_held_out: Whether each clip is held out, `(clips,)`.
        sessions: Recording session of every clip, from `session_groups`.

    >>> is_apart(np.array([True, False, True]), ["a|1", "a|1", "a|2"]).tolist()
    [False, False, True]
    """
    names = np.asarray(sessions)
    trained = np.unique(names[~is_held_out & (names != "")])
    return is_held_out & ~np.isin(names, trained)


def _sections(sessions: Sequence[str]) -> list[np.ndarray]:
    """Indices of the clips of every section with several sessions."""
    keys = np.array([name.partition("|")[0] for name in sessions], str)
    return [np.flatnonzero(keys == key) for key in np.unique(keys[keys != ""])]


def _draw_sessions(held, labels, own, sessions, limits, seed) -> int:
    """Holds out whole sessions up to a number; returns how many clips."""
    names = np.asarray(sessions)
    generator = np.random.default_rng(seed)
    least, most = limits
    size = int(is_apart(held, sessions)[own].sum())
    for name in generator.permutation(np.unique(names[own])):
        chosen = (names == name) & ~held
        is_left = np.isin(labels, labels[~held & ~chosen])
        fits = chosen.any() and size + (names == name).sum() <= most
        if size < least and fits and is_left[chosen].all():
            held[chosen] = True
            size += int((names == name).sum())
    return size


def calibration_groups(
    keys: Sequence[str], domains: Sequence[str | None], needed: int
) -> list[str]:
    """Name of the group of every clip that decisions need clips of.

    It is the clip's domain of its section if that has twice the needed clips,
    or the whole section if no domain of it has.

    Args:
        keys: Section of every clip, `<machine>/<section>`.
        domains: Domain of every clip.
        needed: Number of clips that a group needs.

    Returns:
        Name of each clip's group; empty for a clip of a domain with too few
        beside another with enough.

    >>> calibration_groups(["fan/a"] * 3, ["source", "source", "target"], 1)
    ['fan/a source', 'fan/a source', '']
    """
    names = [
        f"{key} {'target' if domain == 'target' else 'source'}"
        for key, domain in zip(keys, domains, strict=True)
    ]
    sizes = collections.Counter(names)
    has_large = {
        key
        for key, name in zip(keys, names, strict=True)
        if sizes[name] >= 2 * needed
    }
    return [
        (name if sizes[name] >= 2 * needed else "") if key in has_large else key
        for key, name in zip(keys, names, strict=True)
    ]
