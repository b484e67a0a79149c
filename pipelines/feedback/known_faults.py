"""Known faults: labelled clips, their hits, and the nearest to a clip."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_asd.models import AnomalyDetector
from pipelines.feedback.stored_clips import read_clips
from pipelines.files.names import escape_name
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import Journal
from pipelines.runs.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class KnownFault:
    """Clips of a fault that people have named.

    Args:
        number: Number of its entry in the journal.
        machine: Key of the machine.
        name: What people call it.
        clips: Printable paths of the clips.
        embeddings: Their embeddings.

    >>> KnownFault(3, "fan/a", "", [], None).title
    'fault 3'
    """

    number: int
    machine: str
    name: str
    clips: Sequence[str]
    embeddings: Embeddings

    @property
    def title(self) -> str:
        """Its name, or the number of its entry."""
        return self.name or f"fault {self.number}"

    def is_alarm(self, detector: AnomalyDetector) -> np.ndarray:
        """Whether each clip raises an alarm, `(clips,)`."""
        scores = score_embeddings(detector, self.embeddings)[:, 0]
        return is_alarm(detector, self.machine, scores)

    def directions(self, embedding_dim: int) -> np.ndarray:
        """Mean embedding of each clip, of length one, `(clips, dim)`."""
        rows = self.embeddings.whole(embedding_dim)
        number = int(self.embeddings.clips.max(initial=-1)) + 1
        totals = np.zeros((number, rows.shape[1]))
        np.add.at(totals, self.embeddings.clips, rows)
        return unit(totals)


def read_faults(run: RunFolder, journal: Journal) -> list[KnownFault]:
    """Known faults of a run that are in force.

    Args:
        run: Run as it was trained.
        journal: Its journal.

    >>> import pathlib
    >>> read_faults(RunFolder(pathlib.Path("no_such_run")), Journal())
    []
    """
    found = []
    for entry in journal.in_force(FAULT):
        stored = read_clips(run, entry)
        clips = [escape_name(one.clip.path) for one in stored.listed]
        found.append(
            KnownFault(
                entry.number,
                entry.machine,
                entry.name,
                clips,
                stored.embeddings,
            )
        )
    return found


def describe_hits(num_found: int, num_clips: int) -> str:
    """Sentence on how many clips of faults raise an alarm.

    >>> describe_hits(7, 8)
    '7 of 8 clips of known faults raise an alarm (53 to 98 %)'
    """
    # `score` without TensorFlow reads known faults, and has no SciPy.
    import scipy.stats

    test = scipy.stats.binomtest(num_found, num_clips)
    low, high = test.proportion_ci(method="wilson")
    return (
        f"{num_found} of {num_clips} clips of known faults raise an alarm "
        f"({100 * low:.0f} to {100 * high:.0f} %)"
    )


class NearestFault:
    """Names the known fault that a clip sounds most like.

    Args:
        faults: Known faults.

    >>> NearestFault([]).find("fan/a", np.ones(8)) is None
    True
    """

    def __init__(self, faults: Sequence[KnownFault]):
        self._faults = faults

    def find(self, machine: str, embedding: np.ndarray) -> dict | None:
        """The nearest fault of a machine and its distance.

        Args:
            machine: Key of the machine.
            embedding: Embedding of a clip, `(embedding_dim,)`.

        Returns:
            `name`, `entry` and `distance`, one less the cosine of the angle,
            0 to 2; `None` where no fault of the machine is known.
        """
        best: dict[str, Any] | None = None
        own = unit(np.asarray(embedding)[None])[0]
        for fault in self._faults:
            if fault.machine != machine:
                continue
            cosines = fault.directions(len(own)) @ own
            nearest = round(1.0 - float(cosines.max(initial=-1.0)), 4)
            distance = max(0.0, nearest)
            if best is None or distance < best["distance"]:
                best = {
                    "name": fault.title,
                    "entry": fault.number,
                    "distance": distance,
                }
        return best


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length one.

    >>> unit(np.array([[3.0, 4.0]])).tolist()
    [[0.6, 0.8]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)


def is_alarm(
    detector: AnomalyDetector, machine: str, scores: np.ndarray
) -> np.ndarray:
    """Whether each score of a machine raises an alarm, `(clips,)`.

    Args:
        detector: Calibrated detector.
        machine: Key of the machine.
        scores: Scores of clips, `(clips,)`.
    """
    key = list(detector.keys).index(machine)
    outputs = detector.calibration(
        ops.convert_to_tensor(np.asarray(scores), "float32"),
        ops.full((len(scores),), key, "int32"),
    )
    return ops.convert_to_numpy(outputs["decision"]) == 1
