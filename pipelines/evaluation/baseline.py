"""Baseline scores of a run: nearest neighbour of mean log-Mel spectra."""

import logging
from collections.abc import Sequence

import numpy as np

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.evaluation.nearest_neighbor_baseline import mean_log_mel
from pipelines.evaluation.nearest_neighbor_baseline import (
    nearest_neighbor_scores,
)
from pipelines.methods.embeddings import embed_clips
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


def baseline_scores(
    test: Sequence[InspectedClip],
    normals: Sequence[InspectedClip],
    config: Config,
) -> np.ndarray | None:
    """Distance of every clip to the nearest normal clip of its section.

    Args:
        test: The clips to score.
        normals: Normal clips of the same sections.
        config: Settings of the run.

    Returns:
        `(clips,)`; NaN for a clip that cannot be decoded any more. `None` if
        the normal clips of a section are missing.

    >>> baseline_scores([], [], Config()) is None
    True
    """
    try:
        features = _mean_features(test, config, "baseline")
        means = _mean_features(normals, config, "baseline, normal clips")
    except ValueError:
        logger.warning("no baseline: the training clips are not there")
        return None
    scores = np.full(len(test), np.nan)
    keys = np.array([one.clip.key for one in test])
    normal_keys = np.array([one.clip.key for one in normals])
    for key in np.unique(keys):
        known = means[(normal_keys == key) & np.isfinite(means[:, 0])]
        if not len(known):
            logger.warning("no baseline: the training clips are not there")
            return None
        chosen = (keys == key) & np.isfinite(features[:, 0])
        scores[chosen] = nearest_neighbor_scores(known, features[chosen])
    return scores


def _mean_features(
    clips: Sequence[InspectedClip], config: Config, what: str
) -> np.ndarray:
    rate, bins = config.sampling_rate, config.embedder.num_mel_bins

    def measure(windows: np.ndarray) -> np.ndarray:
        return np.stack(
            [mean_log_mel(one, rate, num_mel_bins=bins) for one in windows]
        )

    measured = embed_clips(measure, clips, config, what)
    totals = np.zeros((len(clips), 1 + bins))
    rows = np.column_stack([np.ones(len(measured.clips)), measured.vectors])
    np.add.at(totals, measured.clips, rows)
    totals[totals[:, 0] == 0] = np.nan
    return totals[:, 1:] / totals[:, :1]
