"""Scores of a run's test clips by several scorers."""

import dataclasses
import logging
import pathlib
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.benchmarking.cell_scores import OWN_SCORER
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
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.settings.scorer_choice import choose_scorers

logger = logging.getLogger(__name__)


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
    run = RunFolder(pathlib.Path(folder))
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
    found = {OWN_SCORER: _scored_clips(detector, test, inspected)}
    normals = read_embeddings(run.embeddings)
    for name in scorers:
        try:
            [other] = choose_scorers([name], config)
            method = choose_method(dataclasses.replace(config, scorer=other))
            scorer = method.fit_scorer(normals, detector.groups, detector.head)
        except ValueError as error:
            logger.warning("left out: %s: %s", name, error)
            found[name] = []
            continue
        refitted = detector.with_parts(scorer=scorer)
        found[name] = _scored_clips(refitted, test, inspected)
    return found


def _scored_clips(
    detector: AnomalyDetector,
    test: Embeddings,
    inspected: Sequence[InspectedClip],
) -> list[ScoredClip]:
    found = score_embeddings(detector, test)
    return [
        ScoredClip(inspected[place].clip, float(found[place, 0]))
        for place in np.unique(test.clips).tolist()
        if np.isfinite(found[place, 0])
    ]
