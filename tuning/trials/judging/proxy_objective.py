"""AUC against stand-ins for anomalies, as an objective."""

import collections
import dataclasses
import logging

import numpy as np

from keras_asd.metrics import roc_auc
from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.evaluation.stand_in_windows import NORMAL
from pipelines.evaluation.stand_in_windows import clip_number
from pipelines.evaluation.stand_in_windows import stand_in_windows
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.settings.config import Config
from tuning.trials.judging.objective import Objective
from tuning.trials.search_data import SearchData

logger = logging.getLogger(__name__)

BATCH_SIZE = 32
# Fewer clips of a section than this judge it coarsely.
FEW_CLIPS = 10


class ProxyObjective(Objective):
    """AUC of held-out normal clips against stand-ins for anomalies.

    It needs no anomaly, and an AUC means the same for every margin and
    scale. For each section its held-out clips stand against those of the
    machine's other sections, scored as if they were of this one, and against
    themselves with each change of `STAND_INS`. The mean over the sections is
    a kind's AUC, and the mean over the kinds `val_proxy_auc`.

    Args:
        data: Of the search; the windows to judge by go to its folder.
        max_clips_per_section: More held-out clips are left out.
        seed: Of that choice, and of the changes.

    Raises:
        ValueError: If no clip is held out.

    >>> import pathlib
    >>> from pipelines.runs.labels import LabelMap
    >>> data = SearchData(pathlib.Path("searches/x"), (), (), LabelMap((), {}))
    >>> ProxyObjective(data)
    Traceback (most recent call last):
    ValueError: There must be held-out clips to judge by. Received: 0 clips...
    """

    name = "val_proxy_auc"

    @classmethod
    def of_search(cls, settings, data):
        """The objective of a search."""
        return cls(data)

    def __init__(
        self, data: SearchData, max_clips_per_section: int = 32, seed: int = 0
    ):
        if max_clips_per_section < 1:
            raise ValueError(
                "`max_clips_per_section` must be at least 1. Received: "
                f"max_clips_per_section={max_clips_per_section}."
            )
        self.folder = data.folder / "proxy"
        self.seed = seed
        self.clips = _choose(data.held_out, max_clips_per_section, seed)
        if not self.clips:
            raise ValueError(
                "There must be held-out clips to judge by. Received: 0 clips. "
                "Raise `holdout`."
            )
        clips = [inspected.clip for inspected in self.clips]
        self._keys = np.array([clip.key for clip in clips])
        machines = np.array([clip.machine for clip in clips])
        self._siblings = {
            clip.key: (machines == clip.machine) & (self._keys != clip.key)
            for clip in clips
        }
        self._warn_of_missing_clips(data)

    def measure(
        self, detector: AnomalyDetector, config: Config
    ) -> dict[str, float]:
        """The objective, and the AUC of each kind as `val_proxy_auc_<kind>`.

        Args:
            detector: Trained detector.
            config: Settings of the detector.

        Raises:
            ValueError: If a score is not finite, or a clip is gone.
        """
        normals = self._embed(NORMAL, detector, config)
        normal_scores = score_embeddings(detector, normals)[:, 0]
        areas: dict[str, list[float]] = collections.defaultdict(list)
        for key, is_sibling in self._siblings.items():
            if not is_sibling.any():
                continue
            others = normals.select(is_sibling[normals.clips])
            others = dataclasses.replace(
                others, keys=np.full(len(others.keys), key)
            )
            scores = score_embeddings(detector, others)[:, 0]
            is_there = is_sibling[: len(scores)]
            areas["siblings"].append(
                _area(normal_scores[self._keys == key], scores[is_there])
            )
        for kind in STAND_INS:
            altered = self._embed(kind, detector, config)
            scores = score_embeddings(detector, altered)[:, 0]
            for key in self._siblings:
                is_key = self._keys == key
                areas[kind].append(_area(normal_scores[is_key], scores[is_key]))
        parts = {
            f"{self.name}_{kind}": float(np.mean(sections))
            for kind, sections in areas.items()
        }
        return {self.name: float(np.mean(list(parts.values()))), **parts}

    def _embed(
        self, kind: str, detector: AnomalyDetector, config: Config
    ) -> Embeddings:
        rows = stand_in_windows(
            self.folder, self.clips, kind, config, self.seed
        )
        vectors = [
            np.asarray(
                detector.embedder.predict_on_batch(
                    np.array(rows[first : first + BATCH_SIZE]["window"])
                ),
                "float32",
            )
            for first in range(0, len(rows), BATCH_SIZE)
        ]
        clips = np.array(rows["clip"], int)
        is_target = np.array(
            [inspected.clip.domain == "target" for inspected in self.clips]
        )
        return Embeddings(
            np.concatenate(vectors), self._keys[clips], is_target[clips], clips
        )

    def _warn_of_missing_clips(self, data: SearchData) -> None:
        counts = collections.Counter(self._keys.tolist())
        keys = {inspected.clip.key for inspected in data.train}
        if missing := sorted(keys - set(counts)):
            logger.warning(
                "%s: %d sections have no held-out clip and are left out: %s",
                self.name,
                len(missing),
                ", ".join(missing),
            )
        num_few = sum(count < FEW_CLIPS for count in counts.values())
        if num_few:
            logger.warning(
                "%s: %d of %d sections hold out fewer than %d clips (the least "
                "%d), so it is coarse: raise --trial_holdout",
                self.name,
                num_few,
                len(counts),
                FEW_CLIPS,
                min(counts.values()),
            )
        if not any(is_sibling.any() for is_sibling in self._siblings.values()):
            logger.info(
                "%s: no machine has a second section, so altered clips alone "
                "stand in for anomalies",
                self.name,
            )


def _choose(
    clips: list[InspectedClip], most: int, seed: int
) -> list[InspectedClip]:
    """At most so many of each section, wherever the recordings lie."""
    ordered = sorted(
        clips,
        key=lambda inspected: (
            inspected.clip.key,
            clip_number(inspected, "order", seed),
        ),
    )
    taken: collections.Counter[str] = collections.Counter()
    chosen = []
    for inspected in ordered:
        taken[inspected.clip.key] += 1
        if taken[inspected.clip.key] <= most:
            chosen.append(inspected)
    return chosen


def _area(normal_scores: np.ndarray, scores: np.ndarray) -> float:
    is_anomaly = np.arange(len(normal_scores) + len(scores))
    return roc_auc(
        is_anomaly >= len(normal_scores),
        np.concatenate([normal_scores, scores]),
    )
