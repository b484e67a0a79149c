"""Clips of a journal's entry: their list and embeddings."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embedding_files import write_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.clip_list import write_clip_list
from pipelines.runs.digests import digest
from pipelines.runs.feedback_journal import NORMAL
from pipelines.runs.feedback_journal import Entry
from pipelines.runs.feedback_journal import entry_path
from pipelines.runs.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class StoredClips:
    """Clips and their embeddings.

    Args:
        listed: Clips, in the order of `embeddings.clips`.
        embeddings: Embeddings of their windows.

    >>> StoredClips([], Embeddings(*[np.zeros((0, 2))] * 4)).last(3).listed
    []
    """

    listed: Sequence[ListedClip]
    embeddings: Embeddings

    def last(self, number: int) -> "StoredClips":
        """The last clips, so many of them."""
        first = max(0, len(self.listed) - number)
        chosen = self.embeddings.select(self.embeddings.clips >= first)
        moved = dataclasses.replace(chosen, clips=chosen.clips - first)
        return StoredClips(self.listed[first:], moved)


def write_clips(run: RunFolder, number: int, clips: StoredClips) -> str:
    """Writes the clips of an entry; returns the SHA-256 of the embeddings.

    Args:
        run: Run as it was trained.
        number: Number of the entry.
        clips: Its clips.

    >>> import pathlib, tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> rows = np.arange(2)
    >>> made = Embeddings(np.eye(2), np.array(["a/b"] * 2), rows > 1, rows)
    >>> len(write_clips(run, 1, StoredClips([], made)))
    64
    """
    path = entry_path(run, number, ".npz")
    write_embeddings(path, clips.embeddings)
    write_clip_list(entry_path(run, number, ".csv"), clips.listed)
    return digest(path)


def read_clips(run: RunFolder, entry: Entry) -> StoredClips:
    """Reads the clips of an entry.

    Args:
        run: Run as it was trained.
        entry: Entry of its journal.

    Raises:
        ValueError: If they are not those that were written.

    >>> import pathlib
    >>> read_clips(RunFolder(pathlib.Path("no_such_run")), Entry(
    ...     1, "normal", "fan/a", "", "", "", {}, ""))
    Traceback (most recent call last):
    FileNotFoundError: The run must hold the embeddings of its normal clips...
    """
    path = entry_path(run, entry.number, ".npz")
    embeddings = read_embeddings(path)
    if digest(path) != entry.embeddings:
        raise ValueError(
            "The embeddings of feedback must be those of its journal. "
            f"Received: {path}, which was changed. Bring it back from a copy."
        )
    listed = read_clip_list(entry_path(run, entry.number, ".csv"))
    return StoredClips(listed, embeddings)


def join_clips(base: Embeddings, parts: Iterable[StoredClips]) -> Embeddings:
    """Embeddings of a run's own normal clips, and of enrolled ones behind.

    Args:
        base: Embeddings of the run's own.
        parts: Clips of entries, in order.

    >>> rows = np.arange(2)
    >>> made = Embeddings(np.eye(2), np.array(["a/b"] * 2), rows > 1, rows)
    >>> joined = join_clips(made, [StoredClips([None, None], made)])
    >>> joined.clips.tolist(), joined.is_enrolled.tolist()
    ([0, 1, 2, 3], [False, False, True, True])
    """
    first = int(base.clips.max(initial=-1)) + 1
    known = dataclasses.replace(
        base, is_enrolled=np.zeros(len(base.clips), bool)
    )
    found = [known]
    for part in parts:
        some = part.embeddings
        missing = base.vectors.shape[1] - some.vectors.shape[1]
        found.append(
            dataclasses.replace(
                some,
                # Of machines whose network gives less.
                vectors=np.pad(some.vectors, ((0, 0), (0, missing))),
                clips=some.clips + first,
                is_enrolled=np.ones(len(some.clips), bool),
            )
        )
        first += len(part.listed)
    # A run of an earlier version lacks some arrays.
    names = set.intersection(*({*one.arrays()} for one in found))
    return Embeddings(
        **{
            name: np.concatenate([one.arrays()[name] for one in found])
            for name in names
        }
    )


def kept_clips(
    given: Sequence[tuple[Entry, StoredClips]],
) -> list[StoredClips]:
    """The clips of some entries that stay; the oldest of a machine leave first.

    Those that a machine was enrolled with stay, as a run's own do.

    Args:
        given: Entries in order, with their clips. The last one about a machine
            says how many clips that machine keeps.

    >>> rows = np.arange(3)
    >>> made = Embeddings(np.eye(3), np.array(["a/b"] * 3), rows > 3, rows)
    >>> def entry(number):
    ...     return Entry(number, NORMAL, "a/b", "", "", "", {}, "", max_clips=4)
    >>> stored = StoredClips([None] * 3, made)
    >>> kept = kept_clips([(entry(1), stored), (entry(2), stored)])
    >>> [len(one.listed) for one in kept]
    [1, 3]
    """
    left = {one.machine: one.max_clips for one, _ in given if one.max_clips}
    kept: list[StoredClips] = []
    for entry, clips in reversed(given):
        if entry.kind == NORMAL:
            clips = clips.last(left[entry.machine])
            left[entry.machine] -= len(clips.listed)
        kept.insert(0, clips)
    return [some for some in kept if some.listed]
