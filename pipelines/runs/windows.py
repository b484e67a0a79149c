"""Batches of windows of clips, with a progress bar."""

from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import tqdm

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.audio.waveforms import window_dataset
from pipelines.settings.config import Config

BATCH_SIZE = 32


def stream_windows(
    clips: Sequence[InspectedClip], config: Config, what: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Streams batches of windows with the indices of their clips.

    Yields:
        `(indices, windows)`, with shapes `(batch,)` and `(batch, samples)`.

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
        step=config.window_step,
    )
    with tqdm.tqdm(
        desc=what, total=len(clips), unit="clip", disable=None
    ) as progress:
        for indices, windows in dataset.batch(BATCH_SIZE).as_numpy_iterator():
            yield indices, windows
            progress.update(int(indices[-1]) + 1 - progress.n)
