"""Evaluation: test clips scored, judged and told of."""

import collections
import logging
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tqdm

from keras_asd.models import AnomalyDetector
from pipelines.artefacts import load_detector
from pipelines.clip import Clip
from pipelines.clip_list import read_clip_list
from pipelines.config import Config
from pipelines.inspected_clip import InspectedClip
from pipelines.inspection import check_broken_share
from pipelines.inspection import inspect_clips
from pipelines.nearest_neighbor_baseline import mean_log_mel
from pipelines.nearest_neighbor_baseline import nearest_neighbor_scores
from pipelines.preparation import read_all_clips
from pipelines.report import Report
from pipelines.report import write_report
from pipelines.run_folder import RunFolder
from pipelines.run_folder import read_config
from pipelines.scored_clip import ScoredClip
from pipelines.waveforms import window_dataset

logger = logging.getLogger(__name__)

BASELINE = "nearest neighbour"
BATCH_SIZE = 32


def evaluate(run_path: str, roots: Sequence[str]) -> Report:
    """Scores the test clips of the data folders and writes the report.

    Args:
        run_path: Folder of a finished training run; the report goes there.
        roots: Data folders.

    Returns:
        The `Report`, with `metrics.json` and all else in the run's folder.

    Raises:
        FileNotFoundError: If there is no such run, or no recording.
        ValueError: If no test clip is left that the run knows.

    >>> evaluate("no_such_run", ["recordings"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = RunFolder(pathlib.Path(run_path))
    config = read_config(run)
    detector = load_detector(run)
    listed = read_clip_list(run.clips)
    normals = [
        entry.inspected
        for entry in listed
        if entry.role in ("train", "held out") and entry.inspected
    ]
    trained_on = {normal.clip.path.resolve() for normal in normals}
    left_out = [
        (entry.clip, entry.reason)
        for entry in listed
        if entry.reason and entry.clip.split == "train"
    ]
    known, unknown = _select(
        read_all_clips(roots, config.seed), detector, trained_on
    )
    inspected, broken = inspect_clips(known, config.recording_channel)
    for clip, reason in broken:
        logger.warning("left out: %s: %s", clip.path, reason)
    if not inspected:
        raise ValueError(
            "The data must hold test recordings of the machines of the run "
            f"({', '.join(detector.keys)}). Received: "
            f"{', '.join(map(str, roots))}, with none that can be scored."
        )
    check_broken_share(broken, len(known), config.max_broken_share)
    tested = {one.clip.key for one in inspected}
    normals = [one for one in normals if one.clip.key in tested]
    scored = _score(detector, inspected, normals, config)
    is_scored = {one.clip.path for one in scored}
    lost = [one.clip for one in inspected if one.clip.path not in is_scored]
    broken += [(clip, "it broke during the evaluation") for clip in lost]
    return write_report(
        run.path,
        scored,
        baseline_name=(None if scored[0].baseline_score is None else BASELINE),
        left_out=[
            (clip.path, reason)
            for clip, reason in [*left_out, *unknown, *broken]
        ],
        title=f"Anomalous sounds: {run.path.name}",
        seed=config.seed,
    )


def _select(
    clips: Sequence[Clip],
    detector: AnomalyDetector,
    trained_on: set[pathlib.Path],
) -> tuple[list[Clip], list[tuple[Clip, str]]]:
    known = []
    left_out = []
    for clip in clips:
        if clip.split != "test":
            continue
        if clip.key not in detector.keys:
            left_out.append((clip, f"the run does not know {clip.key}"))
        elif clip.path.resolve() in trained_on:
            left_out.append((clip, "the run was trained on it"))
        else:
            known.append(clip)
    reasons = collections.Counter(reason for _, reason in left_out)
    for reason, count in sorted(reasons.items()):
        logger.warning("left out: %d test clips: %s", count, reason)
    return known, left_out


def _score(
    detector: AnomalyDetector,
    test: Sequence[InspectedClip],
    normals: Sequence[InspectedClip],
    config: Config,
) -> list[ScoredClip]:
    places = {key: place for place, key in enumerate(detector.keys)}
    keys = np.array([places[one.clip.key] for one in test], "int32")
    totals = np.zeros((len(test), 3 + config.num_mel_bins))
    for indices, windows in stream_windows(test, config, "scoring"):
        outputs = detector.predict_on_batch(
            {"waveform": windows, "key": keys[indices]}
        )
        rows = np.column_stack(
            [
                np.ones(len(indices)),
                outputs["anomaly_score"],
                outputs["angle"],
                _features(windows, config),
            ]
        )
        np.add.at(totals, indices, rows)
    is_scored = totals[:, 0] > 0
    means = totals[is_scored] / totals[is_scored, :1]
    clips = [
        one.clip for one, kept in zip(test, is_scored, strict=True) if kept
    ]
    baseline = _baseline_scores(clips, means[:, 3:], normals, config)
    return [
        ScoredClip(clip, float(row[1]), float(row[2]), simple)
        for clip, row, simple in zip(clips, means, baseline, strict=True)
    ]


def stream_windows(
    clips: Sequence[InspectedClip], config: Config, what: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of windows and the places of their clips, with progress.

    Yields:
        `(indices, windows)`, shapes `(batch,)` and `(batch, samples)`.

    >>> list(stream_windows([], Config(), "scoring"))
    []
    """
    dataset = window_dataset(
        clips,
        config.sampling_rate,
        config.samples,
        channel=config.recording_channel,
        decoder=config.decoder,
        short=config.short_clips,
        long=config.long_clips,
    )
    with tqdm.tqdm(
        desc=what, total=len(clips), unit="clip", disable=None
    ) as progress:
        for indices, windows in dataset.batch(BATCH_SIZE).as_numpy_iterator():
            yield indices, windows
            progress.update(int(indices[-1]) + 1 - progress.n)


def _features(windows: np.ndarray, config: Config) -> np.ndarray:
    rate, bins = config.sampling_rate, config.num_mel_bins
    return np.stack(
        [mean_log_mel(window, rate, num_mel_bins=bins) for window in windows]
    )


def _baseline_scores(
    clips: Sequence[Clip],
    features: np.ndarray,
    normals: Sequence[InspectedClip],
    config: Config,
) -> list[float] | list[None]:
    totals = np.zeros((len(normals), 1 + config.num_mel_bins))
    for indices, windows in stream_windows(normals, config, "baseline"):
        rows = _features(windows, config)
        np.add.at(totals, indices, np.column_stack([np.ones(len(rows)), rows]))
    scores = np.zeros(len(clips))
    is_decoded = totals[:, 0] > 0
    normal_keys = np.array([normal.clip.key for normal in normals])
    keys = np.array([clip.key for clip in clips])
    for key in np.unique(keys):
        kept = is_decoded & (normal_keys == key)
        if not kept.any():
            logger.warning("no baseline: the training clips are not there")
            return [None] * len(clips)
        means = totals[kept, 1:] / totals[kept, :1]
        scores[keys == key] = nearest_neighbor_scores(
            means, features[keys == key]
        )
    return scores.tolist()
