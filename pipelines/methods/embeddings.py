"""Embeddings of clips, window by window, and where they are kept."""

import dataclasses
import pathlib
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_asd.layers import RecordingCheck
from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.runs.windows import stream_windows
from pipelines.settings.config import Config


@dataclasses.dataclass(frozen=True)
class Embeddings:
    """Embeddings of the windows of clips, with what scorers need of them.

    Args:
        vectors: `(windows, embedding_dim)`, float32.
        keys: `<machine>/<section>` of each, `(windows,)`.
        is_target: Whether it is of the target domain, `(windows,)`.
        clips: Place of its clip in the list they were made from,
            `(windows,)`.
        measures: What `RecordingCheck.measure` gives, `(windows, 2)`, where
            it was taken.
        statistics: What the whitened part of the vectors, at their end, was
            before whitening, `(windows, features)`, where there is one.
        firsts: Of a detector of several networks: the place in its embedding
            where that of the window's own machine begins, `(windows,)`. The
            vectors are only that part; shorter ones have zeros behind.

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

    def select(self, chosen: np.ndarray | slice) -> "Embeddings":
        """Those rows only."""
        return Embeddings(
            **{name: value[chosen] for name, value in self.arrays().items()}
        )

    def whole(self, embedding_dim: int) -> np.ndarray:
        """The vectors as the detector has them, `(windows, embedding_dim)`.

        Zeros stand for the networks of other machines.
        """
        if self.firsts is None:
            return self.vectors
        rows, width = self.vectors.shape
        whole = np.zeros((rows, embedding_dim + width), "float32")
        columns = self.firsts[:, None] + np.arange(width)
        np.put_along_axis(whole, columns, self.vectors, axis=1)
        return whole[:, :embedding_dim]

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays that are there, by their names."""
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
    """Embeds every window of the clips; one that breaks is left out.

    Args:
        embed: From waveforms `(batch, samples)` to vectors, such as an
            embedder's `predict_on_batch`.
        clips: The clips.
        config: Settings of the run.
        what: Said beside the progress bar.

    Raises:
        ValueError: If no clip could be decoded.

    >>> embed_clips(np.asarray, [], Config())
    Traceback (most recent call last):
    ValueError: There must be clips to embed. Received: 0 clips, none ...
    """
    found = try_to_embed(embed, clips, config, what)
    return join_embeddings([] if found is None else [found], len(clips))


def try_to_embed(
    embed: Callable[[np.ndarray], np.ndarray] | None,
    clips: Sequence[InspectedClip],
    config: Config,
    what: str,
) -> Embeddings | None:
    """As `embed_clips`, but `None` where no clip could be decoded.

    >>> try_to_embed(None, [], Config(), "embedding") is None
    True
    """
    if not clips or embed is None:
        return None
    indices, vectors, measures = [], [], []
    check = RecordingCheck(1)
    for places, windows in stream_windows(clips, config, what):
        indices.append(places)
        vectors.append(np.asarray(embed(windows), "float32"))
        measures.append(ops.convert_to_numpy(check.measure(windows)))
    if not vectors:
        return None
    places = np.concatenate(indices)
    keys = np.array([one.clip.key for one in clips])
    is_target = np.array([one.clip.domain == "target" for one in clips])
    return Embeddings(
        np.concatenate(vectors),
        keys[places],
        is_target[places],
        places,
        np.concatenate(measures),
    )


def join_embeddings(found: Sequence[Embeddings], num_clips: int) -> Embeddings:
    """Embeddings of parts of the same clips, in the order of the clips.

    Args:
        found: Each with the places of its clips among all of them.
        num_clips: How many there are; said where none was decoded.

    Raises:
        ValueError: If there is nothing to join.

    >>> one = np.array([1])
    >>> made = Embeddings(np.ones((1, 2)), np.array(["a/b"]), one > 1, one)
    >>> first = dataclasses.replace(
    ...     made, vectors=np.ones((1, 1)), clips=one - 1)
    >>> join_embeddings([made, first], 2).vectors.tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    if not found:
        raise ValueError(
            f"There must be clips to embed. Received: {num_clips} clips, "
            "none of which could be decoded. Are the recordings still there?"
        )
    if len(found) == 1:
        return found[0]
    width = max(one.vectors.shape[1] for one in found)
    found = [
        dataclasses.replace(
            one,
            vectors=np.pad(
                one.vectors, ((0, 0), (0, width - one.vectors.shape[1]))
            ),
        )
        for one in found
    ]
    joined = Embeddings(
        **{
            name: np.concatenate([one.arrays()[name] for one in found])
            for name in found[0].arrays()
        }
    )
    return joined.select(np.argsort(joined.clips, kind="stable"))


def check_sections(
    embeddings: Embeddings, clips: Sequence[InspectedClip]
) -> None:
    """Refuses embeddings that lack a section of the clips they were made of.

    Raises:
        ValueError: If a section has no clip left.
    """
    keys = {inspected.clip.key for inspected in clips}
    lost = keys - set(embeddings.keys.tolist())
    if lost:
        raise ValueError(
            "Every section must have a normal clip that can be decoded. "
            f"Received: none any more of {', '.join(sorted(lost))}. Bring "
            "the recordings back; the same command goes on."
        )


def write_embeddings(path: pathlib.Path, embeddings: Embeddings) -> None:
    """Writes embeddings, whole or not at all.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "embeddings.npz")
    >>> one = np.array([0])
    >>> made = Embeddings(np.ones((1, 2)), np.array(["fan/a"]), one > 0, one)
    >>> write_embeddings(path, made)
    >>> read_embeddings(path).keys.tolist()
    ['fan/a']
    """
    with atomic.replacing(path) as temporary:
        with temporary.open("wb") as file:
            np.savez(file, **embeddings.arrays())


def read_embeddings(path: pathlib.Path) -> Embeddings:
    """Reads what `write_embeddings` wrote.

    Raises:
        FileNotFoundError: If it is not there.

    >>> read_embeddings(pathlib.Path("no_such_run/embeddings.npz"))
    Traceback (most recent call last):
    FileNotFoundError: The run must hold the embeddings of its normal clips...
    """
    if not path.exists():
        raise FileNotFoundError(
            "The run must hold the embeddings of its normal clips. Received: "
            f"no {path}. Train again, with this version of keras_asd."
        )
    with np.load(path, allow_pickle=False) as arrays:
        return Embeddings(**{name: arrays[name] for name in arrays.files})
