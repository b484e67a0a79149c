"""Explanation of single clips: pictures of what raises their scores."""

import dataclasses
import io
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tqdm
from soundfile import LibsndfileError

from pipelines import atomic
from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.datasets.clip_keys import find_key
from pipelines.evaluation.plots import render_png
from pipelines.evaluation.score_files import short_names
from pipelines.feedback.known_faults import NearestFault
from pipelines.feedback.named_faults import read_nearest_fault
from pipelines.pictures.explainer import Explainer
from pipelines.pictures.explanation import METHODS
from pipelines.pictures.explanation import explain_clip
from pipelines.pictures.explanation_figure import explanation_figure
from pipelines.pictures.verdict import Verdict
from pipelines.runs.run_lock import holding_if_within
from pipelines.runs.stages import find_run

FILLS = ("nearest", "neutral")
MANY_MASKS = 2000


@dataclasses.dataclass(frozen=True)
class ClipExplanation:
    """The explanation of a clip, and its files.

    Args:
        clip: Path of the recording.
        key: Key of the machine that it was compared with.
        verdict: What the detector says about the clip.
        sentence: What is unusual in its spectrum, in words.
        seconds: Start of its strangest window in seconds, of which the maps
            are.
        files: Paths of the picture, and of the maps as numbers.
        nearest: Nearest known fault, see `NearestFault`; `None` if none is
            known.

    >>> verdict = Verdict(0.5, 0.4, 0.01, 1)
    >>> ClipExplanation("a.wav", "fan", verdict, "", 0.0, ()).key
    'fan'
    """

    clip: str
    key: str
    verdict: Verdict
    sentence: str
    seconds: float
    files: tuple[pathlib.Path, ...]
    nearest: Mapping[str, Any] | None = None


def explain(
    run_path: str,
    paths: Sequence[str],
    folder: str,
    machine: str | None = None,
    num_masks: int = MANY_MASKS,
    fill: str = "nearest",
    seed: int = 0,
    trust: Sequence[str] = (),
    method: str = "occlusion",
) -> Iterator[ClipExplanation | tuple[str, str]]:
    """Draws what is unusual in each clip, and what raises its anomaly score.

    A clip of several windows has the maps of that with the highest score. The
    folder gets `<name>.png` and `<name>.npz` for each `<name>` of a clip.

    Args:
        run_path: Folder of a finished training run.
        paths: Paths of the recordings.
        folder: Folder for the pictures.
        machine: Key of all clips; read from each clip's path if `None`.
        num_masks: Number of masks of each representation, for `"rise"`.
        fill: Content of hidden parts: `"nearest"` for that of the nearest
            normal clip, `"neutral"` for the clip's own mean over time.
        seed: Seed of the masks, for `"rise"`.
        trust: Packages of classes of your own, where the run has any.
        method: Function of `keras_asd.explanation` that draws the maps:
            `"occlusion"` or `"rise"`.

    Yields:
        A `ClipExplanation`; or path and reason where there is none.

    Raises:
        FileNotFoundError: If there is no such run.
        OSError: If the folder cannot be written.
        ValueError: If the run does not know `machine`, `fill` or `method` is
            neither, or the folder lies in the run and another process works
            there.

    >>> list(explain("no_such_run", ["a.wav"], "pictures"))
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    for name, value, known in (
        ("fill", fill, FILLS),
        ("method", method, tuple(METHODS)),
    ):
        if value not in known:
            raise ValueError(
                f"`{name}` must be one of {', '.join(map(repr, known))}. "
                f"Received: {name}={value!r}."
            )
    options = {"num_masks": num_masks, "seed": seed} if method == "rise" else {}
    drawing = _Drawing(
        Explainer(find_run(run_path), trust),
        method,
        options,
        fill,
        read_nearest_fault(run_path),
    )
    machines = list(drawing.explainer.detector.keys)
    if machine is not None and machine not in machines:
        raise ValueError(
            f"`machine` must be one of {', '.join(machines)}. "
            f"Received: machine={machine!r}."
        )
    clips = [Clip(pathlib.Path(path), "", "", "test", None) for path in paths]
    channel = drawing.explainer.config.recording_channel
    _, broken = inspect_clips(clips, channel)
    reasons = {clip.path: reason for clip, reason in broken}
    stems = _stems([clip.path for clip in clips])
    with holding_if_within(drawing.explainer.run, folder):
        for clip, stem in zip(clips, stems, strict=True):
            try:
                if clip.path in reasons:
                    raise ValueError(reasons[clip.path])
                key = machine or find_key(os.fspath(clip.path), machines)
                explained, contents = drawing.draw(
                    clip.path, key, pathlib.Path(folder) / stem
                )
            except (ValueError, OSError, LibsndfileError) as error:
                yield os.fspath(clip.path), broken_reason(error)
                continue
            # What cannot be written is no fault of the clip.
            for path, content in zip(explained.files, contents, strict=True):
                with atomic.replacing(path, len(content)) as temporary:
                    temporary.write_bytes(content)
            yield explained


def _stems(paths: Sequence[pathlib.Path]) -> list[str]:
    """A file name for each, with its suffix only where that is needed."""
    names = [name.replace("/", "_") for name in short_names(paths)]
    stems = [pathlib.PurePath(name).stem for name in names]
    return stems if len(set(stems)) == len(set(names)) else names


@dataclasses.dataclass(frozen=True)
class _Drawing:
    explainer: Explainer
    method: str
    options: dict[str, int]
    fill: str
    faults: NearestFault | None

    def draw(
        self, path: pathlib.Path, key: str, target: pathlib.Path
    ) -> tuple[ClipExplanation, tuple[bytes, bytes]]:
        """The explanation of a clip, and the content of its files."""
        waveform = self.explainer.read(path)
        verdict = self.explainer.judge(waveform, key)
        window = self.explainer.find_window(waveform, key)
        normal = None
        if self.fill == FILLS[0]:
            normal = self.explainer.nearest(path, key, window)
        with tqdm.tqdm(desc=path.name, unit="mask", disable=None) as progress:
            explanations = explain_clip(
                window.embedder,
                window.score,
                window.waveform,
                normal,
                METHODS[self.method],
                progress.update,
                **self.options,
            )
        clip_seconds = len(waveform) / self.explainer.config.sampling_rate
        explanations = [
            made.in_recording(window.start_seconds, clip_seconds)
            for made in explanations
        ]
        unusual = self.explainer.unusual(waveform, key)
        machine, _, section = key.partition("/")
        clip = Clip(path, machine, section or "all", "test", None)
        figure = explanation_figure(
            explanations, clip, verdict, unusual, self.method
        )
        arrays = {made.name: made.importance for made in explanations}
        if unusual is not None:
            arrays["unusual_decibels"] = unusual.decibels
            arrays["unusual_deviations"] = unusual.deviations
        nearest = None
        if self.faults is not None:
            nearest = self.faults.find(key, window.embedding)
        numbers = io.BytesIO()
        np.savez(numbers, **arrays)
        explained = ClipExplanation(
            str(path),
            key,
            verdict,
            unusual.sentence if unusual else "",
            window.start_seconds,
            tuple(
                target.with_name(f"{target.name}.{suffix}")
                for suffix in ("png", "npz")
            ),
            nearest,
        )
        return explained, (render_png(figure), numbers.getvalue())
