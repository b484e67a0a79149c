"""Explanation of single clips: pictures of what raises their scores."""

import dataclasses
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tqdm
from keras import ops
from soundfile import LibsndfileError

from pipelines import atomic
from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.inspection import inspect_clips
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets.clip import Clip
from pipelines.datasets.clip_keys import find_key
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.score_files import short_names
from pipelines.methods.embedding_files import read_embeddings
from pipelines.pictures.explanation import explain_clip
from pipelines.pictures.explanation_figure import explanation_figure
from pipelines.pictures.judging_network import directions
from pipelines.pictures.judging_network import find_judging_network
from pipelines.pictures.judging_network import score_against
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config

FILLS = ("nearest", "neutral")


@dataclasses.dataclass(frozen=True)
class ClipExplanation:
    """The explanation of a clip, and its files.

    Args:
        clip: Path of the recording.
        key: Key of the machine that it was compared with.
        anomaly_score: Anomaly score of its strangest window, which is the one
            explained.
        seconds: Start of this window in seconds.
        files: Paths of the picture, and of the maps as numbers.

    >>> ClipExplanation("a.wav", "fan", 0.5, 0.0, ()).key
    'fan'
    """

    clip: str
    key: str
    anomaly_score: float
    seconds: float
    files: tuple[pathlib.Path, ...]


def explain(
    run_path: str,
    paths: Sequence[str],
    folder: str,
    machine: str | None = None,
    num_masks: int = 2000,
    fill: str = "nearest",
    seed: int = 0,
    trust: Sequence[str] = (),
) -> Iterator[ClipExplanation | tuple[str, str]]:
    """Draws what in each clip raises its anomaly score.

    A clip of several windows is explained where its score is highest. The
    folder gets `<name>.png` and `<name>.npz` for each `<name>` of a clip.

    Args:
        run_path: Folder of a finished training run.
        paths: Paths of the recordings.
        folder: Folder for the pictures.
        machine: Key of all clips; read from each clip's path if `None`.
        num_masks: Number of masks of each representation.
        fill: Content of hidden parts: `"nearest"` for that of the nearest
            normal clip, `"neutral"` for the clip's own mean over time.
        seed: Seed of the masks.
        trust: Packages of classes of your own, where the run has any.

    Yields:
        A `ClipExplanation`; or path and reason where there is none.

    Raises:
        FileNotFoundError: If there is no such run.
        ValueError: If the run does not know `machine`, or `fill` is neither.

    >>> list(explain("no_such_run", ["a.wav"], "pictures"))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    if fill not in FILLS:
        raise ValueError(
            f"`fill` must be one of {', '.join(map(repr, FILLS))}. "
            f"Received: fill={fill!r}."
        )
    explainer = _Explainer(
        RunFolder(pathlib.Path(run_path)), num_masks, seed, trust
    )
    machines = list(explainer.detector.keys)
    if machine is not None and machine not in machines:
        raise ValueError(
            f"`machine` must be one of {', '.join(machines)}. "
            f"Received: machine={machine!r}."
        )
    clips = [Clip(pathlib.Path(path), "", "", "test", None) for path in paths]
    _, broken = inspect_clips(clips, explainer.config.recording_channel)
    reasons = {clip.path: reason for clip, reason in broken}
    stems = _stems([clip.path for clip in clips])
    for clip, stem in zip(clips, stems, strict=True):
        try:
            if clip.path in reasons:
                raise ValueError(reasons[clip.path])
            key = machine or find_key(os.fspath(clip.path), machines)
            yield explainer.explain(
                clip.path, key, pathlib.Path(folder) / stem, fill
            )
        except (ValueError, OSError, LibsndfileError) as error:
            yield os.fspath(clip.path), broken_reason(error)


def _stems(paths: Sequence[pathlib.Path]) -> list[str]:
    """A file name for each, with its suffix only where that is needed."""
    names = [name.replace("/", "_") for name in short_names(paths)]
    stems = [pathlib.PurePath(name).stem for name in names]
    return stems if len(set(stems)) == len(set(names)) else names


class _Explainer:
    def __init__(
        self, run: RunFolder, num_masks: int, seed: int, trust: Sequence[str]
    ):
        self.run = run
        self.config = read_config(run)
        self.detector = load_detector(run, trust)
        self.num_masks = num_masks
        self.seed = seed

    def explain(
        self, path: pathlib.Path, key: str, target: pathlib.Path, fill: str
    ) -> ClipExplanation:
        windows, surplus = self._windows(path)
        embeddings = self.detector.embedder.predict_on_batch(windows)
        scores = ops.convert_to_numpy(
            score_against(self.detector, embeddings, key)
        )
        strangest = int(scores.argmax())
        embedder, own = find_judging_network(
            self.detector, embeddings[strangest], key
        )
        normal = None
        if fill == "nearest":
            normal = self._nearest(path, key, embeddings[strangest], own)
        behind = embeddings.shape[1] - own.stop

        def score(part):
            whole = ops.pad(part, ((0, 0), (own.start, behind)))
            return score_against(self.detector, whole, key)

        with tqdm.tqdm(desc=path.name, unit="mask", disable=None) as progress:
            explanations = explain_clip(
                embedder,
                score,
                windows[strangest],
                normal,
                self.num_masks,
                seed=self.seed,
                progress=progress.update,
            )
        machine, _, section = key.partition("/")
        clip = Clip(path, machine, section or "all", "test", None)
        figure = explanation_figure(
            explanations, clip, float(scores[strangest])
        )
        files = (
            target.with_name(f"{target.name}.png"),
            target.with_name(f"{target.name}.npz"),
        )
        with atomic.replacing(files[0]) as temporary:
            temporary.write_bytes(render_png(figure))
        with atomic.replacing(files[1]) as temporary:
            with temporary.open("wb") as file:
                np.savez(
                    file, **{one.name: one.importance for one in explanations}
                )
        start = strangest * surplus // max(len(windows) - 1, 1)
        return ClipExplanation(
            os.fspath(path),
            key,
            float(scores[strangest]),
            start / self.config.sampling_rate,
            files,
        )

    def _windows(self, path: pathlib.Path) -> tuple[np.ndarray, int]:
        """A clip's windows, and by how much it is longer than one."""
        waveform = decode_clip(
            os.fspath(path),
            self.config.sampling_rate,
            self.config.recording_channel,
        )
        windows = self.detector.windows(ops.convert_to_tensor(waveform[None]))
        surplus = max(len(waveform) - self.detector.samples, 0)
        return ops.convert_to_numpy(windows)[0], surplus

    def _nearest(
        self, path: pathlib.Path, key: str, embedding: np.ndarray, part: slice
    ) -> np.ndarray:
        """The window of another normal clip that is nearest in angle.

        Parts of the embedding whose scores are added up count alike.
        """
        clips = [
            one.clip.path
            for one in normal_clips(read_clip_list(self.run.clips))
        ]
        normals = read_embeddings(self.run.embeddings)
        groups = set(self.detector.groups[key])
        own = [
            name
            for name in set(normals.keys.tolist())
            if set(self.detector.groups[name]) <= groups
        ]
        own_path = path.resolve()
        itself = [i for i, one in enumerate(clips) if one.resolve() == own_path]
        rows = np.flatnonzero(
            np.isin(normals.keys, own) & ~np.isin(normals.clips, itself)
        )
        if not len(rows):
            raise ValueError(
                f"the run knows no other normal clip of {key}; use "
                "`--fill neutral`"
            )
        dim = self.detector.embedding_dim
        vectors = normals.select(rows).whole(dim)[:, part]
        cosines = directions(self.detector, vectors) @ directions(
            self.detector, embedding[None, part]
        ).reshape(-1)
        nearest = rows[cosines.argmax()]
        index = normals.clips[nearest]
        windows, _ = self._windows(clips[index])
        first = np.flatnonzero(normals.clips == index)[0]
        return windows[nearest - first]
