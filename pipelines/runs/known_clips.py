"""Selection of the test clips that an evaluation scores."""

import collections
import logging
import pathlib
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines.audio.broken_clips import check_broken_share
from pipelines.audio.broken_clips import warn_of_broken_clips
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.inspection import inspect_clips
from pipelines.datasets.clip import Clip
from pipelines.datasets.reading import read_all_clips
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


def choose_test_clips(
    roots: Sequence[str],
    config: Config,
    detector: AnomalyDetector,
    trained_on: set[pathlib.Path],
) -> tuple[list[InspectedClip], list[tuple[Clip, str]]]:
    """Test clips that can be scored, and the others with the reasons.

    Args:
        roots: Data folders.
        config: Settings of the run.
        detector: Detector of the run.
        trained_on: Resolved paths of the clips that it was trained on.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If no test clip is left whose section the detector knows.

    >>> choose_test_clips(["no_such_recordings"], Config(), None, set())
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    known, left_out = _select(
        read_all_clips(roots, config.seed, config.sections),
        detector,
        trained_on,
    )
    inspected, broken = inspect_clips(known, config.recording_channel)
    warn_of_broken_clips(broken, len(known))
    if not inspected:
        raise ValueError(
            "The data must hold test recordings of the machines of the run "
            f"({', '.join(detector.keys)}). Received: "
            f"{', '.join(map(str, roots))}, with none that can be scored."
        )
    check_broken_share(broken, len(known), config.max_broken_share)
    return inspected, left_out + broken


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
