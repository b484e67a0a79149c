"""Scores of a cell by several scorers, and their CSV file."""

import csv
import dataclasses
import io
import logging
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.clip import Clip
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.files.names import read_name
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.methods.scored_clip import ScoredClip
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_run
from pipelines.settings.scorer_choice import choose_scorers

logger = logging.getLogger(__name__)
# Key of the configured scorer of the training.
CONFIGURED_SCORER = ""
_COLUMNS = ("path", "machine", "section", "domain", "is_anomaly")
_SCORE = "score"


def score_by_scorers(
    folder: str,
    roots: Sequence[str],
    scorers: Sequence[str] = (),
    detector: AnomalyDetector | None = None,
) -> dict[str, list[ScoredClip]]:
    """Embeds the test clips of data folders once, and scores them.

    Args:
        folder: Folder of a finished training run.
        roots: Data folders.
        scorers: Labels of further scorers, which are fitted on the run's
            embeddings of normal clips.
        detector: Detector of the run; read from its folder if `None`.

    Returns:
        Scored clips of each scorer, the configured one first; an empty list for
        a scorer that cannot be fitted.

    Raises:
        FileNotFoundError: If there is no such run, or no recording.
        ValueError: If no test clip is left whose section the run knows.

    >>> score_by_scorers("no_such_run", ["recordings"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = find_run(folder)
    config = read_config(run)
    if detector is None:
        detector = load_detector(run, config.foreign_packages)
    trained_on = {
        normal.clip.path.resolve()
        for normal in normal_clips(read_clip_list(run.clips))
    }
    inspected, _ = choose_test_clips(roots, config, detector, trained_on)
    test = embed_by_networks(
        detector.embedder, detector.groups, inspected, config, "scoring"
    )
    scores = {CONFIGURED_SCORER: _scored_clips(detector, test, inspected)}
    normals = read_embeddings(run.embeddings)
    for name in scorers:
        try:
            [other] = choose_scorers([name], config)
            method = choose_method(dataclasses.replace(config, scorer=other))
            scorer = method.fit_scorer(normals, detector.groups, detector.head)
        except ValueError as error:
            logger.warning("left out: %s: %s", name, error)
            scores[name] = []
            continue
        refitted = detector.with_parts(scorer=scorer)
        scores[name] = _scored_clips(refitted, test, inspected)
    return scores


def _scored_clips(
    detector: AnomalyDetector,
    test: Embeddings,
    inspected: Sequence[InspectedClip],
) -> list[ScoredClip]:
    scores = score_embeddings(detector, test)[:, 0]
    return [
        ScoredClip(inspected[index].clip, float(scores[index]))
        for index in np.unique(test.clips).tolist()
        if np.isfinite(scores[index])
    ]


def write_cell_scores(
    path: pathlib.Path, scores: Mapping[str, Sequence[ScoredClip]]
) -> None:
    """Writes the scores of the test clips atomically.

    Args:
        path: Path of the file.
        scores: Scored clips of each scorer.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "cell.csv")
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> write_cell_scores(path, {CONFIGURED_SCORER: [ScoredClip(clip, 0.5)]})
    >>> print(path.read_text())
    path,machine,section,domain,is_anomaly,score
    a.wav,fan,id_00,,1,0.5
    """
    clips: dict[pathlib.Path, Clip] = {}
    cells: dict[pathlib.Path, dict[str, str]] = {}
    for name, scored_clips in scores.items():
        for scored in scored_clips:
            clip = scored.clip
            clips[clip.path] = clip
            score = repr(scored.anomaly_score)
            cells.setdefault(clip.path, {})[name] = score
    rows = [
        [
            escape_name(clip_path),
            escape_name(clip.machine),
            escape_name(clip.section),
            clip.domain or "",
            "" if clip.is_anomaly is None else str(int(clip.is_anomaly)),
            *(cells[clip_path].get(name, "") for name in scores),
        ]
        for clip_path, clip in sorted(clips.items())
    ]
    header = [*_COLUMNS, *map(_column, scores)]
    atomic.write_text(path, Table(header, rows).csv())


def read_cell_scores(path: pathlib.Path) -> dict[str, tuple[ScoredClip, ...]]:
    """Reads a file written by `write_cell_scores`.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "cell.csv")
    >>> scores = {CONFIGURED_SCORER: [], "LogOdds(form=literal)": []}
    >>> write_cell_scores(path, scores)
    >>> read_cell_scores(path)
    {'': (), 'LogOdds(form=literal)': ()}
    """
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    reader = csv.DictReader(io.StringIO(text))
    columns = [name for name in reader.fieldnames or () if name not in _COLUMNS]
    scores: dict[str, list[ScoredClip]] = {name: [] for name in columns}
    for row in reader:
        clip = Clip(
            pathlib.Path(read_name(row["path"])),
            read_name(row["machine"]),
            read_name(row["section"]),
            "test",
            None if row["is_anomaly"] == "" else row["is_anomaly"] == "1",
            row["domain"] or None,
        )
        for name in columns:
            if row[name]:
                scores[name].append(ScoredClip(clip, float(row[name])))
    return {
        name.removeprefix(_SCORE)[2:-1]: tuple(scored_clips)
        for name, scored_clips in scores.items()
    }


def _column(scorer: str) -> str:
    return f"{_SCORE} ({scorer})" if scorer else _SCORE
