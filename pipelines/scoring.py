"""Scores of single clips, by a run or by an exported model."""

import dataclasses
import json
import logging
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from soundfile import LibsndfileError

from pipelines.artefacts import CONTRACT
from pipelines.artefacts import load_detector
from pipelines.clip import Clip
from pipelines.clip_keys import find_key
from pipelines.inspection import inspect_clips
from pipelines.libsndfile import decode_clip
from pipelines.run_folder import RunFolder
from pipelines.run_folder import read_config

logger = logging.getLogger(__name__)

ScoreFunction = Callable[[np.ndarray, str], float]


@dataclasses.dataclass(frozen=True)
class ClipScorer:
    """A model that scores waveforms, and what it expects of them.

    Args:
        machines: Keys it knows.
        sampling_rate: Hz.
        recording_channel: `"mean"` or the index of a channel.
        score: From a waveform `(samples,)` and a key to an anomaly score.

    >>> ClipScorer(("fan",), 16000, "mean", lambda waveform, key: 0.5).machines
    ('fan',)
    """

    machines: tuple[str, ...]
    sampling_rate: int
    recording_channel: int | str
    score: ScoreFunction


def load_scorer(path: str) -> ClipScorer:
    """Loads a run's detector, or the SavedModel of an exported version.

    Args:
        path: Folder of a run, of a version such as `saved_models/fan/1`, or
            of an exported model: then its newest version.

    Raises:
        FileNotFoundError: If it is none of these.

    >>> load_scorer("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    folder = pathlib.Path(path)
    versions = [
        version
        for version in sorted(folder.glob("[0-9]*"))
        if (version / "saved_model.pb").exists() and version.name.isdecimal()
    ]
    if versions:
        folder = max(versions, key=lambda version: int(version.name))
    if (folder / "saved_model.pb").exists():
        return _load_saved_model(folder)
    run = RunFolder(folder)
    config = read_config(run)
    detector = load_detector(run)
    places = {key: place for place, key in enumerate(detector.keys)}

    def score(waveform, key):
        inputs = {
            "waveform": waveform[None],
            "key": np.array([places[key]], "int32"),
        }
        return float(detector.predict_on_batch(inputs)["anomaly_score"][0])

    return ClipScorer(
        tuple(places), config.sampling_rate, config.recording_channel, score
    )


def _load_saved_model(folder: pathlib.Path) -> ClipScorer:
    if not (folder / CONTRACT).exists():
        raise FileNotFoundError(
            "The exported model must have its contract beside it. Received: "
            f"{folder}, without {CONTRACT}. Export it again."
        )
    contract = json.loads((folder / CONTRACT).read_text(encoding="utf-8"))
    loaded = tf.saved_model.load(folder)

    def score(waveform, key):
        # Not kept by itself: it lives no longer than what it came with.
        serve = loaded.signatures["serving_default"]
        outputs = serve(
            waveform=tf.constant(waveform[None]), machine=tf.constant([key])
        )
        return float(outputs["anomaly_score"][0])

    return ClipScorer(
        tuple(contract["machines"]),
        contract["sampling_rate"],
        contract["recording_channel"],
        score,
    )


def score_clips(
    scorer: ClipScorer, paths: Sequence[str], machine: str | None = None
) -> Iterator[dict[str, str | float]]:
    """Scores clips one by one.

    Args:
        scorer: From `load_scorer`.
        paths: The recordings.
        machine: Key of all of them; read from each clip's name and folders
            where it is `None`.

    Yields:
        Dicts of `clip`, `machine`, `anomaly_score`; or of `clip` and
        `error` where a clip cannot be scored.

    Raises:
        ValueError: If `machine` is none that the scorer knows.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", lambda waveform, key: 0.5)
    >>> [scored["error"] for scored in score_clips(scorer, ["a.wav"], "fan")]
    ['missing: no such recording']
    """
    if machine is not None and machine not in scorer.machines:
        raise ValueError(
            f"`machine` must be one of {', '.join(scorer.machines)}. "
            f"Received: machine={machine!r}."
        )
    clips = [Clip(pathlib.Path(path), "", "", "test", None) for path in paths]
    _, broken = inspect_clips(clips, scorer.recording_channel)
    reasons = {clip.path: reason for clip, reason in broken}
    for path, clip in zip(paths, clips, strict=True):
        try:
            if clip.path in reasons:
                raise ValueError(reasons[clip.path])
            key = machine or find_key(path, scorer.machines)
            waveform = decode_clip(
                path, scorer.sampling_rate, scorer.recording_channel
            )
        except (ValueError, OSError, LibsndfileError) as error:
            yield {"clip": path, "error": str(error)}
            continue
        score = scorer.score(waveform, key)
        yield {"clip": path, "machine": key, "anomaly_score": score}
