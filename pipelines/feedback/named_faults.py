"""Known faults named by whatever scores: watch, score, explain and report."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from pipelines.runs.feedback_journal import FAULT
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.stages import find_stage
from pipelines.scoring.clip_scorer import ClipScorer

if TYPE_CHECKING:
    from pipelines.feedback.known_faults import NearestFault


def read_nearest_fault(model: str) -> "NearestFault | None":
    """What names the known faults of a run; `None` where none is known.

    Args:
        model: Folder of a run, or of an exported model, which knows none.

    >>> read_nearest_fault("no_such_run") is None
    True
    """
    run = find_stage(model)
    journal = read_journal(run)
    if not journal.in_force(FAULT):
        return None
    # It needs Keras, which scoring with an exported form does not.
    from pipelines.feedback.known_faults import NearestFault
    from pipelines.feedback.known_faults import read_faults

    return NearestFault(read_faults(run, journal))


def naming_faults(
    scorer: ClipScorer, faults: "NearestFault | None"
) -> ClipScorer:
    """A scorer whose alarms name the nearest known fault of their machine.

    Args:
        scorer: Scorer of a run.
        faults: Known faults; `None` leaves the scorer as it is.

    Returns:
        Scorer whose `score` gives `nearest_fault`, too: what
        `NearestFault.find` finds, `None` without an alarm.

    >>> from pipelines.feedback.known_faults import NearestFault
    >>> def score(waveforms, machines, rate):
    ...     return {"decision": np.array([1]), "embedding": np.ones((1, 2))}
    >>> plain = ClipScorer(("fan",), 4, "mean", 4, score)
    >>> named = naming_faults(plain, NearestFault([]))
    >>> named.score(np.zeros((1, 4)), ["fan"], None)["nearest_fault"]
    array([None], dtype=object)
    """
    if faults is None:
        return scorer

    def score(waveforms, machines, false_alarm_rate):
        outputs = scorer.score(waveforms, machines, false_alarm_rate)
        found = np.empty(len(machines), object)
        if "embedding" in outputs:
            for index in np.flatnonzero(outputs["decision"] == 1):
                embedding = outputs["embedding"][index]
                found[index] = faults.find(machines[index], embedding)
        return {**outputs, "nearest_fault": found}

    return dataclasses.replace(scorer, score=score)


def describe_nearest(found: Mapping[str, Any]) -> str:
    """Sentence on the nearest known fault.

    Args:
        found: What `NearestFault.find` found.

    >>> describe_nearest({"name": "loose screw", "entry": 3, "distance": 0.25})
    'Nearest known fault: loose screw (distance 0.25).'
    """
    return (
        f"Nearest known fault: {found['name']} "
        f"(distance {found['distance']:.2g})."
    )
