"""Embeddings of clips, window by window."""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_asd.layers import RecordingCheck
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.sessions import session_groups
from pipelines.runs.windows import stream_windows
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Embeddings:
    """Embeddings of windows, with their keys, domains and clips.

    Args:
        vectors: Embedding of each window, `(windows, embedding_dim)`, float32.
        keys: Name `<machine>/<section>` of each window, `(windows,)`.
        is_target: Whether each window is of the target domain, `(windows,)`.
        clips: Index of each window's clip in the list of embedded clips,
            `(windows,)`.
        measures: Output of `RecordingCheck.measure`, `(windows, 2)`; `None` if
            not measured.
        statistics: Statistics before whitening, `(windows, features)`; once
            whitened they are the last part of `vectors`. `None` without
            statistics.
        firsts: First index, in the embedding of a detector of several networks,
            of the part that belongs to the window's machine, `(windows,)`.
            `vectors` then hold that part only, padded with zeros at the end.
            `None` for a single network.
        sessions: Recording session of each window, empty if unknown,
            `(windows,)`; `None` if all are.
        is_enrolled: Whether each window came to the run after its training,
            `(windows,)`; `None` if none did.

    >>> empty = np.zeros(0)
    >>> Embeddings(np.zeros((0, 8)), empty, empty, empty).vectors.shape
    (0, 8)
    """

    vectors: np.ndarray
    keys: np.ndarray
    is_target: np.ndarray
    clips: np.ndarray
    measures: np.ndarray | None = None
    statistics: np.ndarray | None = None
    firsts: np.ndarray | None = None
    sessions: np.ndarray | None = None
    is_enrolled: np.ndarray | None = None

    def select(self, chosen: np.ndarray | slice) -> "Embeddings":
        """The chosen rows only."""
        return Embeddings(
            **{name: value[chosen] for name, value in self.arrays().items()}
        )

    def whole(self, embedding_dim: int) -> np.ndarray:
        """Full vectors of the detector, `(windows, embedding_dim)`.

        The parts of other machines' networks are zeros.
        """
        if self.firsts is None:
            return self.vectors
        rows, width = self.vectors.shape
        whole = np.zeros((rows, embedding_dim + width), "float32")
        columns = self.firsts[:, None] + np.arange(width)
        np.put_along_axis(whole, columns, self.vectors, axis=1)
        return whole[:, :embedding_dim]

    @property
    def left_out_together(self) -> np.ndarray:
        """Index, for each window, of the first clip left out with it.

        All clips of a recording session are left out together, where a section
        has several sessions; else each clip by itself. Enrolled ones are a
        section of their own in this: beside others, one session of them would
        be left out as a whole, and heard as never enrolled. `(windows,)`.
        """
        if self.sessions is None:
            return self.clips
        keys = self.keys.tolist()
        if self.is_enrolled is not None:
            keys = [
                f"{key}|enrolled" if is_enrolled else key
                for key, is_enrolled in zip(keys, self.is_enrolled, strict=True)
            ]
        names = session_groups(keys, self.sessions.tolist())
        firsts: dict[str, int] = {}
        return np.array(
            [
                firsts.setdefault(name, clip) if name else clip
                for name, clip in zip(names, self.clips.tolist(), strict=True)
            ],
            int,
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that are not `None`, by field name."""
        return {
            name: value
            for name, value in vars(self).items()
            if value is not None
        }


def embed_clips(
    embed: Callable[[np.ndarray], np.ndarray],
    clips: Sequence[InspectedClip],
    config: Config,
    what: str = "embedding",
) -> Embeddings:
    """Embeds every window of the clips; clips that fail to decode are left out.

    Args:
        embed: Function from waveforms `(batch, samples)` to vectors `(batch,
            embedding_dim)`, such as an embedder's `predict_on_batch`.
        clips: Clips to embed.
        config: Settings of the run.
        what: Label of the progress bar.

    Raises:
        ValueError: If no clip could be decoded.

    >>> embed_clips(np.asarray, [], Config())
    Traceback (most recent call last):
    ValueError: There must be clips to embed. Received: 0 clips, none ...
    """
    embeddings = try_to_embed(embed, clips, config, what)
    parts = [] if embeddings is None else [embeddings]
    return join_embeddings(parts, len(clips))


def try_to_embed(
    embed: Callable[[np.ndarray], np.ndarray] | None,
    clips: Sequence[InspectedClip],
    config: Config,
    what: str,
) -> Embeddings | None:
    """Same as `embed_clips`, but returns `None` if no clip could be decoded.

    >>> try_to_embed(None, [], Config(), "embedding") is None
    True
    """
    if not clips or embed is None:
        return None
    batches, vectors, measures = [], [], []
    check = RecordingCheck(1)
    for indices, windows in stream_windows(clips, config, what):
        batches.append(indices)
        vectors.append(np.asarray(embed(windows), "float32"))
        measures.append(ops.convert_to_numpy(check.measure(windows)))
    if not vectors:
        return None
    indices = np.concatenate(batches)
    keys = np.array([inspected.clip.key for inspected in clips])
    domains = np.array([inspected.clip.domain or "" for inspected in clips])
    sessions = np.array([inspected.clip.session for inspected in clips])
    return Embeddings(
        np.concatenate(vectors),
        keys[indices],
        domains[indices] == "target",
        indices,
        np.concatenate(measures),
        sessions=sessions[indices],
    )


def join_embeddings(parts: Sequence[Embeddings], num_clips: int) -> Embeddings:
    """Joins embeddings of parts of the clips, in the order of the clips.

    Args:
        parts: Embeddings of each part; `clips` are indices among all clips.
        num_clips: Number of all clips, for the error message.

    Raises:
        ValueError: If there is nothing to join.

    >>> row = np.array([1])
    >>> second = Embeddings(np.ones((1, 2)), np.array(["a/b"]), row > 1, row)
    >>> first = dataclasses.replace(
    ...     second, vectors=np.ones((1, 1)), clips=row - 1)
    >>> join_embeddings([second, first], 2).vectors.tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    if not parts:
        raise ValueError(
            f"There must be clips to embed. Received: {num_clips} clips, "
            "none of which could be decoded. Are the recordings still there?"
        )
    if len(parts) == 1:
        return parts[0]
    width = max(part.vectors.shape[1] for part in parts)
    parts = [
        dataclasses.replace(
            part,
            vectors=np.pad(
                part.vectors, ((0, 0), (0, width - part.vectors.shape[1]))
            ),
        )
        for part in parts
    ]
    joined = Embeddings(
        **{
            name: np.concatenate([part.arrays()[name] for part in parts])
            for name in parts[0].arrays()
        }
    )
    return joined.select(np.argsort(joined.clips, kind="stable"))


def check_sections(
    embeddings: Embeddings, clips: Sequence[InspectedClip]
) -> None:
    """Checks that every section of the clips still has an embedding.

    Raises:
        ValueError: If a section has no clip left.

    >>> nothing = np.zeros(0)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> check_sections(empty, [])
    """
    keys = {inspected.clip.key for inspected in clips}
    lost = keys - set(embeddings.keys.tolist())
    if lost:
        raise ValueError(
            "Every section must have a normal clip that can be decoded. "
            f"Received: none any more of {', '.join(sorted(lost))}. Bring "
            "the recordings back; the same command continues the run."
        )
