"""An alarm names the known fault that it is most like."""

import dataclasses

import numpy as np

from pipelines.feedback.known_faults import KnownFault
from pipelines.feedback.known_faults import NearestFault
from pipelines.methods.embeddings import Embeddings
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.history import History
from pipelines.watching.judge import Judge
from pipelines.watching.watch import Watch
from tests.pipelines.watching.watch_cases import Line
from tests.pipelines.watching.watch_cases import make_judge


def make_fault(number, name, machine, direction):
    rows = np.arange(1)
    vectors = np.array([direction], "float32")
    made = Embeddings(vectors, np.array([machine]), rows > 1, rows)
    return KnownFault(number, machine, name, ["a.wav"], made)


def test_an_alarm_names_the_nearest_fault_of_its_machine(tmp_path):
    plain = make_judge()

    def score(waveforms, machines, rate):
        embedding = np.tile([1.0, 0.1], (len(waveforms), 1))
        found = plain.scorer.score(waveforms, machines, rate)
        return {**found, "embedding": embedding}

    faults = [
        make_fault(3, "loose screw", "fan", [2.0, 0.2]),
        make_fault(4, "worn belt", "fan", [0.0, 1.0]),
        make_fault(5, "leak", "pump", [1.0, 0.1]),
    ]
    judge = Judge(
        dataclasses.replace(plain.scorer, score=score),
        "first",
        plain.num_clips,
        checks=(),
        faults=NearestFault(faults),
    )
    with History(tmp_path / "history.sqlite") as history:
        line = Line([0.5] * 9 + [9.0] * 9 + [0.5] * 9)
        watch = Watch(judge, [line], history, AlarmSettings(2, 3))
        events = {event.kind: event for event in watch.listen()}
    assert events["alarm"].details["nearest_fault"] == {
        "name": "loose screw",
        "entry": 3,
        "distance": 0.0,
    }
    said = "Nearest known fault: loose screw (distance 0)."
    assert events["alarm"].message.endswith(said)
    assert said not in events["alarm_ended"].message
