"""Scoring as a transform of Apache Beam: chunks of a list to rows."""

import dataclasses
import importlib
import json
import logging
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.datasets.listed_clips import ListedClips
from pipelines.scoring.batch_scoring import Row
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.clip_scorer import open_model
from pipelines.scoring.scoring_settings import ScoringSettings

beam: Any = None
ModelHandler: Any = object
logging.disable(logging.WARNING)  # Of clouds that are not installed.
try:
    beam = importlib.import_module("apache_beam")
    inference = importlib.import_module("apache_beam.ml.inference.base")
    ModelHandler = inference.ModelHandler
except ImportError:  # It is an extra.
    pass
finally:
    logging.disable(logging.NOTSET)

COUNTERS = "keras_asd"


@dataclasses.dataclass(frozen=True)
class ClipChunk:
    """Clips of a list that are scored together.

    Args:
        first: Index of its first clip in the list.
        paths: Paths of its clips.
        machines: Machine of each path that the list names one for.

    >>> ClipChunk(64, ("a.wav",)).first
    64
    """

    first: int
    paths: tuple[str, ...]
    machines: Mapping[str, str] = dataclasses.field(default_factory=dict)


def cut_chunks(clips: ListedClips, chunk_length: int) -> Iterator[ClipChunk]:
    """Cuts a list into chunks.

    Args:
        clips: The list.
        chunk_length: `ScoringSettings.chunk_length`.

    >>> clips = ListedClips(("a", "b", "c"), ("a", "b", "c"))
    >>> [chunk.paths for chunk in cut_chunks(clips, 2)]
    [('a', 'b'), ('c',)]
    """
    for first in range(0, len(clips.paths), chunk_length):
        paths = clips.paths[first : first + chunk_length]
        machines = {
            path: clips.machines[path]
            for path in paths
            if path in clips.machines
        }
        yield ClipChunk(first, paths, machines)


class LoadedModel:
    """A model in whichever process holds it, by methods alone.

    Beam hands out a proxy of it where processes share one.

    Args:
        scorer: Model that `open_model` returns.

    >>> scorer = ClipScorer(("fan",), 16000, "mean", 160000, lambda *_: {})
    >>> LoadedModel(scorer).facts()[0]
    ('fan',)
    """

    def __init__(self, scorer: ClipScorer):
        self._scorer = scorer

    def facts(self) -> tuple[tuple[str, ...], int, int | str, int]:
        """Machines, sampling rate in Hz, channel and samples of a window."""
        scorer = self._scorer
        return (
            scorer.machines,
            scorer.sampling_rate,
            scorer.recording_channel,
            scorer.samples,
        )

    def score(
        self,
        waveforms: np.ndarray,
        machines: list[str],
        false_alarm_rate: float | None,
    ) -> dict[str, np.ndarray]:
        """Scores waveforms `(batch, n)`; see `ClipScorer`."""
        return self._scorer.score(waveforms, machines, false_alarm_rate)


class ClipModelHandler(ModelHandler):
    """Loads a model for Beam's `RunInference`, and scores chunks with it.

    Beam's own handlers of TensorFlow call `load_model`, which opens no
    SavedModel under Keras 3. Clips are decoded where the chunk is, and
    clips of one length go to the model in one batch.

    Args:
        model: Path of the model, which every worker must see.
        settings: Settings of scoring, without the machines of the list.
        trust: Packages of classes of your own, where a run has any.
        is_shared: Whether the processes of a machine share one model.
    """

    def __init__(
        self,
        model: str,
        settings: ScoringSettings,
        trust: Sequence[str] = (),
        is_shared: bool = False,
    ):
        super().__init__(
            min_batch_size=1, max_batch_size=1, large_model=is_shared
        )
        self._model = model
        self._settings = settings
        self._trust = tuple(trust)

    def load_model(self) -> LoadedModel:
        """Opens the model, once in a process."""
        settings = self._settings
        scorer, _ = open_model(self._model, settings.num_threads, self._trust)
        return LoadedModel(scorer)

    def run_inference(
        self,
        batch: Sequence[ClipChunk],
        model: LoadedModel,
        inference_args: Mapping[str, Any] | None = None,
    ) -> Iterable[tuple[int, list[Row]]]:
        """Yields the first index of each chunk, and its rows."""
        scorer = ClipScorer(*model.facts(), model.score)
        for chunk in batch:
            settings = dataclasses.replace(
                self._settings, listed_machines=chunk.machines
            )
            yield chunk.first, list(score_clips(scorer, chunk.paths, settings))

    def get_num_bytes(self, batch: Sequence[ClipChunk]) -> int:
        """Size of the paths; Beam would pickle them to know."""
        return sum(len(path) for chunk in batch for path in chunk.paths)

    def get_metrics_namespace(self) -> str:
        """The namespace of Beam's own numbers: inferences, latency, memory."""
        return f"{COUNTERS}_model"


def index_rows(scored: tuple[int, list[Row]]) -> Iterator[Row]:
    """Yields rows with the index of their clip in the list, and counts them.

    Beam has the counters `clips`, `rows`, `scored`, `broken` and `alarms`.

    >>> rows = [{"clip": "a", "anomaly_score": 1.0, "decision": 0}]
    >>> [row["clip_index"] for row in index_rows((64, rows))]
    [64]
    """
    index, rows = scored
    last = None
    for row in rows:
        index += last is not None and row["clip"] != last
        count("clips", row["clip"] != last)
        last = row["clip"]
        count("rows", 1)
        has_score = row["anomaly_score"] is not None
        count("scored", has_score)
        count("broken", not has_score)
        count("alarms", row["decision"] == 1)
        yield {"clip_index": index, **row}


def count(name: str, number: int) -> None:
    """Adds to a counter of Beam, where it is installed."""
    if beam is not None:
        beam.metrics.Metrics.counter(COUNTERS, name).inc(int(number))


def dead_letter(row: Row) -> str:
    """Returns a line of JSON that says which clip has no score, and why.

    >>> dead_letter({"clip_index": 3, "clip": "a", "problem": "empty"})
    '{"clip_index": 3, "clip": "a", "problem": "empty"}'
    """
    names = ("clip_index", "clip", "problem")
    return json.dumps({name: row[name] for name in names})
