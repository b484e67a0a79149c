"""Official score of labelled clips as an objective."""

import logging
from collections.abc import Sequence

import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines.audio.broken_clips import check_broken_share
from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.reading import read_all_clips
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.official.judgement import Unjudged
from pipelines.evaluation.official.official import guess_year
from pipelines.evaluation.official.official import official_of_clips
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.scored_clip import ScoredClip
from pipelines.settings.config import Config
from tuning.trials.judging.objective import Objective
from tuning.trials.search_data import SearchData

logger = logging.getLogger(__name__)


class OfficialObjective(Objective):
    """The official score of the labelled test clips of data folders.

    Args:
        roots: Data folders with labelled test clips.
        data: Clips of the search. Test clips that it trains on, or of sections
            that it does not train on, are left out.
        config: Base configuration of the trials.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If the clips have no official score.

    >>> import pathlib
    >>> from pipelines.runs.labels import LabelMap
    >>> data = SearchData(pathlib.Path("searches/x"), (), (), LabelMap((), {}))
    >>> OfficialObjective(["no_such_recordings"], data, Config())
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """

    name = "val_official_score"

    @classmethod
    def of_search(cls, settings, data):
        """The objective of a search."""
        return cls(settings.development, data, settings.config)

    def __init__(self, roots: Sequence[str], data: SearchData, config: Config):
        self.clips = _read_labelled(roots, data, config)
        self.year = guess_year([inspected.clip for inspected in self.clips])
        self._judge(np.zeros(len(self.clips)))

    @property
    def development_clips(self):
        """Labelled clips that it is measured on."""
        return self.clips

    def measure(
        self, detector: AnomalyDetector, config: Config
    ) -> dict[str, float]:
        """Measures the official score, by name.

        Args:
            detector: Trained detector.
            config: Settings of the detector.

        Raises:
            ValueError: If a clip has no finite score.
        """
        embeddings = embed_clips(
            detector.embedder.predict_on_batch, self.clips, config, "judging"
        )
        scores = np.full(len(self.clips), np.nan)
        scored = score_embeddings(detector, embeddings)[:, 0]
        scores[: len(scored)] = scored
        return {self.name: self._judge(scores).official_score}

    def _judge(self, scores: np.ndarray) -> Judgement:
        scored = [
            ScoredClip(inspected.clip, score)
            for inspected, score in zip(
                self.clips, scores.tolist(), strict=True
            )
        ]
        judgement = official_of_clips(scored, self.year, num_resamples=1)
        if isinstance(judgement, Unjudged):
            raise ValueError(
                "The development clips must have all that the official score "
                f"of {self.year} is measured on. Received: "
                f"{'; '.join(judgement.reasons)}. Bring what is missing, or "
                "use val_proxy_auc, which needs no labels."
            )
        return judgement


def _read_labelled(
    roots: Sequence[str], data: SearchData, config: Config
) -> list[InspectedClip]:
    normals = data.train + data.held_out
    trained_on = {inspected.clip.path.resolve() for inspected in normals}
    known = {inspected.clip.key for inspected in data.train}
    labelled = [
        clip
        for clip in read_all_clips(roots, config.seed, config.sections)
        if clip.split == "test" and clip.is_anomaly is not None
    ]
    chosen = [
        clip
        for clip in labelled
        if clip.key in known and clip.path.resolve() not in trained_on
    ]
    if len(chosen) < len(labelled):
        logger.warning(
            "left out: %d labelled clips of sections that the search does not "
            "train on",
            len(labelled) - len(chosen),
        )
    inspected, broken = inspect_clips(chosen, config.recording_channel)
    warn_of_broken_clips(broken, len(chosen))
    if not inspected:
        raise ValueError(
            "The development folders must hold labelled test clips of the "
            f"sections that are trained on ({', '.join(sorted(known))}). "
            f"Received: {', '.join(map(str, roots))}, with none. Use "
            "val_proxy_auc, which needs no labels."
        )
    check_broken_share(broken, len(chosen), config.max_broken_share)
    return inspected
