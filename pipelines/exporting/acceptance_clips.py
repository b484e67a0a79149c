"""Real clips of a run for the acceptance check of its exported forms."""

import logging
import pathlib
from collections.abc import Sequence

import numpy as np

from pipelines.audio.broken_clips import broken_reason
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.libsndfile import decode_clip
from pipelines.exporting.export_form import ExportForm
from pipelines.files.names import escape_name
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


def real_clips(
    listed: Sequence[ListedClip], config: Config, number: int
) -> list[tuple[np.ndarray, str]]:
    """Decodes normal clips from all over a run's list.

    Clips that are no longer there are passed over, and those that no longer
    decode, with a warning for each of them; with another if none is left.

    Args:
        listed: The run's clips.
        config: The run's settings.
        number: Largest number of clips.

    Returns:
        Waveform `(samples,)`, float32, and key of each clip.

    >>> real_clips([], Config(), 5)
    []
    """
    normals = normal_clips(listed)
    there = [one for one in normals if one.clip.path.exists()]
    found: list[tuple[np.ndarray, str]] = []
    for one in _spread(there, number):
        if len(found) == number:
            break
        path = one.clip.path
        try:
            waveform = decode_clip(
                path, config.sampling_rate, config.recording_channel
            )
        except (OSError, ValueError, RuntimeError) as error:
            logger.warning(
                "clip left out: %s: %s", escape_name(path), broken_reason(error)
            )
            continue
        found.append((waveform, one.clip.key))
    if normals and not found:
        logger.warning(
            "no form is tried on a real clip: none of the run's %d normal "
            "clips can be read, such as %s",
            len(normals),
            normals[0].clip.path,
        )
    return found


def check_ranges(
    form: ExportForm,
    clips: Sequence[tuple[np.ndarray, str]],
    listed: Sequence[ListedClip],
) -> None:
    """Refuses a form that needs ranges where there is no clip to take them of.

    Args:
        form: Form to be written.
        clips: Clips that `real_clips` returned.
        listed: The run's clips.

    Raises:
        ValueError: If there is none, naming the folder where one was.

    >>> form = ExportForm("text", "model.txt", None, None)
    >>> check_ranges(form, [], [])
    """
    if clips or not form.needs_ranges:
        return
    normals = normal_clips(listed)
    folder = normals[0].clip.path.parent if normals else pathlib.Path()
    raise ValueError(
        f"{form.name} takes its ranges from the run's normal clips, of which "
        f"some must be there. Received: none of {len(normals)} can be read, "
        f"as from {folder}. Bring that folder back, or export without "
        f"{form.name}."
    )


def _spread(clips: Sequence[InspectedClip], number: int) -> list[InspectedClip]:
    """Those from all over come first, and the others in their order."""
    spread = np.linspace(0, len(clips) - 1, min(number, len(clips)))
    order = dict.fromkeys([*spread.astype(int).tolist(), *range(len(clips))])
    return [clips[index] for index in order]
