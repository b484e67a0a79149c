"""Scores of clips from the embeddings of their windows."""

import numpy as np
from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines.config import Config
from pipelines.embeddings import Embeddings
from pipelines.scorers import fit_scorer

BATCH_SIZE = 256
NUM_FOLDS = 5


def score_embeddings(
    detector: AnomalyDetector, embeddings: Embeddings
) -> np.ndarray:
    """Scores every clip as its windows' mean, as the detector does.

    Args:
        detector: With a fitted scorer.
        embeddings: Of clips whose keys the detector knows.

    Returns:
        `(clips, 2)`: anomaly score, and degrees to the nearest centre of its
        own; NaN for a clip without a window.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> score_embeddings(None, empty).shape
    (0, 2)
    """
    num_clips = int(embeddings.clips.max(initial=-1)) + 1
    totals = np.zeros((num_clips, 3))
    for first in range(0, len(embeddings.clips), BATCH_SIZE):
        some = embeddings.select(slice(first, first + BATCH_SIZE))
        places = [list(detector.keys).index(key) for key in some.keys.tolist()]
        outputs = detector.score(
            ops.convert_to_tensor(some.vectors), np.array(places, "int32")
        )
        rows = np.column_stack(
            [
                np.ones(len(places)),
                ops.convert_to_numpy(outputs["anomaly_score"]),
                ops.convert_to_numpy(outputs["angle"]),
            ]
        )
        np.add.at(totals, some.clips, rows)
    totals[totals[:, 0] == 0] = np.nan
    return totals[:, 1:] / totals[:, :1]


def out_of_fold_scores(
    detector: AnomalyDetector, embeddings: Embeddings, config: Config
) -> np.ndarray:
    """Scores normal clips by scorers that were not fitted on them.

    A scorer that reads cosines is not fitted: its scores of clips that the
    network was trained on are too low.

    Args:
        detector: Of the run.
        embeddings: Of the normal clips.
        config: Settings of the run, with the detector's scorer.

    Returns:
        `(clips,)`; NaN where a section has a single clip.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> out_of_fold_scores(None, empty, Config()).shape
    (0,)
    """
    if config.scorer == "centre_angle":
        return score_embeddings(detector, embeddings)[:, 0]
    folds = _draw_folds(embeddings, config.seed)
    scores = np.full(len(folds), np.nan)
    for fold in range(NUM_FOLDS):
        is_out = folds[embeddings.clips] == fold
        if is_out.any():
            scorer = fit_scorer(
                config, embeddings.select(~is_out), detector.groups
            )
            out = embeddings.select(is_out)
            found = score_embeddings(detector.with_scorer(scorer), out)[:, 0]
            chosen = np.flatnonzero(np.isfinite(found))
            scores[chosen] = found[chosen]
    return scores


def _draw_folds(embeddings: Embeddings, seed: int) -> np.ndarray:
    """A fold for every clip, in equal shares within each section.

    A clip that is alone in its section has none, -1.
    """
    num_clips = int(embeddings.clips.max(initial=-1)) + 1
    folds = np.full(num_clips, -1)
    generator = np.random.default_rng(seed)
    for key in np.unique(embeddings.keys):
        clips = np.unique(embeddings.clips[embeddings.keys == key])
        if len(clips) > 1:
            folds[clips] = generator.permutation(len(clips)) % NUM_FOLDS
    return folds
