"""Anomaly scores of clips from the embeddings of their windows."""

import dataclasses
from collections.abc import Iterator

import numpy as np
from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines.methods.choice import choose_method
from pipelines.methods.embeddings import Embeddings
from pipelines.settings.config import Config

BATCH_SIZE = 256
NUM_FOLDS = 5


def score_embeddings(
    detector: AnomalyDetector, embeddings: Embeddings
) -> np.ndarray:
    """Scores every clip by the mean over its windows, as the detector does.

    Args:
        detector: Detector with a fitted scorer.
        embeddings: Embeddings of clips whose keys the detector knows.

    Returns:
        `(clips, 2)`: anomaly score, and the angle in degrees to the nearest
        centre of the clip's own classes; NaN for a clip without a window.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> score_embeddings(None, empty).shape
    (0, 2)
    """
    num_clips = int(embeddings.clips.max(initial=-1)) + 1
    totals = np.zeros((num_clips, 3))
    for first in range(0, len(embeddings.clips), BATCH_SIZE):
        some = embeddings.select(slice(first, first + BATCH_SIZE))
        indices = [list(detector.keys).index(key) for key in some.keys.tolist()]
        vectors = some.vectors
        if some.firsts is not None:
            vectors = some.whole(detector.embedding_dim)
        outputs = detector.score(
            ops.convert_to_tensor(vectors), np.array(indices, "int32")
        )
        rows = np.column_stack(
            [
                np.ones(len(indices)),
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
    """Scores normal clips out of fold, by scorers not fitted on them.

    A scorer that is not fitted, because it reads the head or distances fixed by
    the training, scores all clips as it is. Its scores of clips that the
    network was trained on are too low.

    Args:
        detector: Detector of the run.
        embeddings: Embeddings of the normal clips.
        config: Settings of the run, with the detector's scorer.

    Returns:
        `(clips,)`; NaN where a section has a single clip.

    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> out_of_fold_scores(None, empty, Config()).shape
    (0,)
    """
    scores = np.full(int(embeddings.clips.max(initial=-1)) + 1, np.nan)
    for fold, out in unseen_folds(detector, embeddings, config):
        fold_scores = score_embeddings(fold, out)[:, 0]
        chosen = np.flatnonzero(np.isfinite(fold_scores))
        scores[chosen] = fold_scores[chosen]
    return scores


def unseen_folds(
    detector: AnomalyDetector, embeddings: Embeddings, config: Config
) -> Iterator[tuple[AnomalyDetector, Embeddings]]:
    """Detectors of a cross-validation, each with the clips it has not seen.

    Args:
        detector: Detector of the run.
        embeddings: Embeddings of the normal clips.
        config: Settings of the run, with the detector's scorer.

    Yields:
        Pairs of a detector, whose scorer is fitted on the other folds, and the
        embeddings of the clips of this fold. A single pair of `detector` and
        `embeddings` where the scorer is not fitted.

    >>> from pipelines.settings.scorers import Centroids
    >>> nothing = np.zeros(0, int)
    >>> empty = Embeddings(np.zeros((0, 8)), nothing, nothing, nothing)
    >>> list(unseen_folds(None, empty, Config(scorer=Centroids())))
    []
    """
    if not config.scorer.is_fitted:
        yield detector, embeddings
        return
    method = choose_method(config)
    if config.scorer.leaves_out or config.is_fused:
        scorer = detector.scorer
        left = scorer.take_unseen_folds()
        if not left:
            scorer = method.fit_scorer(
                embeddings, detector.groups, detector.head
            )
            left = scorer.take_unseen_folds()
        for scorer, is_out in left:
            vectors = method.embed_again(embeddings, ~is_out)
            moved = dataclasses.replace(embeddings, vectors=vectors)
            yield detector.with_parts(scorer=scorer), moved.select(is_out)
        return
    folds = _draw_folds(embeddings, config.seed)[embeddings.clips]
    for fold in range(NUM_FOLDS):
        is_out = folds == fold
        if not is_out.any():
            continue
        vectors = method.embed_again(embeddings, ~is_out)
        moved = dataclasses.replace(embeddings, vectors=vectors)
        scorer = method.fit_scorer(
            moved.select(~is_out), detector.groups, detector.head
        )
        yield detector.with_parts(scorer=scorer), moved.select(is_out)


def _draw_folds(embeddings: Embeddings, seed: int) -> np.ndarray:
    """Fold index of every clip, `(clips,)`, balanced within each section.

    Clips of a recording session share a fold, where a section has several. A
    clip that is alone in its section has the index -1.
    """
    num_clips = int(embeddings.clips.max(initial=-1)) + 1
    folds = np.full(num_clips, -1)
    generator = np.random.default_rng(seed)
    together = embeddings.left_out_together
    for key in np.unique(embeddings.keys):
        is_own = embeddings.keys == key
        groups, indices = np.unique(together[is_own], return_inverse=True)
        if len(groups) > 1:
            turns = generator.permutation(len(groups)) % NUM_FOLDS
            folds[embeddings.clips[is_own]] = turns[indices.reshape(-1)]
    return folds
