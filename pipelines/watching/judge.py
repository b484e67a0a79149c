"""Judge of windows: the input gate, then the model, in batches."""

import collections
import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.feedback.known_faults import NearestFault
from pipelines.feedback.named_faults import describe_nearest
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.watching.events import Event
from pipelines.watching.gate.input_gate import REASONS
from pipelines.watching.gate.input_gate import InputGate
from pipelines.watching.gate.input_gate import Verdict
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.sound_source import Hearing
from pipelines.watching.sound_source import SoundSource
from pipelines.watching.sound_source import Window

MAX_CLIPS = 32


class Judge:
    """Scores the windows that can be judged.

    Args:
        scorer: Opened model.
        model: Digest of the model.
        num_clips: Number of calibration clips of each machine.
        usual: Usual spectrum of each machine, as far as they are known.
        checks: What the gate looks for, of `input_gate.REASONS`.
        models: Digest of what judges each machine, where it differs from
            `model`: a machine may learn, and the others stay comparable.
        faults: Known faults of the machines.

    >>> def score(waveforms, machines, rate):
    ...     number = len(machines)
    ...     return {"anomaly_score": np.ones(number), "valid": [True] * number,
    ...         "p_value": np.full(number, 0.5), "problem": [""] * number}
    >>> judge = Judge(ClipScorer(("fan",), 4, "mean", 4, score), "digest")
    >>> judge.machines
    ('fan',)
    """

    def __init__(
        self,
        scorer: ClipScorer,
        model: str,
        num_clips: Mapping[str, int] | None = None,
        usual: Mapping[str, UsualSpectrum] | None = None,
        checks: Sequence[str] = tuple(REASONS),
        models: Mapping[str, str] | None = None,
        faults: NearestFault | None = None,
    ):
        self.scorer = scorer
        self.models = {
            **dict.fromkeys(scorer.machines, model),
            **(models or {}),
        }
        self._faults = faults
        self._embeddings: dict[int, np.ndarray] = {}
        self.num_clips, self.usual = num_clips or {}, usual or {}
        self._checks = checks
        self._gates: dict[str, InputGate] = {}

    @property
    def machines(self) -> tuple[str, ...]:
        """Keys of the machines that the model knows."""
        return self.scorer.machines

    def restore(self, states: Mapping[str, Any]) -> None:
        """Goes on from what `state` returned of each machine.

        Args:
            states: State by key; `None` where there is none yet.
        """
        for key, state in states.items():
            if state is not None and key in self.machines:
                self._gates[key] = self._make_gate(key, state)

    def state(self, machine: str) -> Any:
        """What a later process goes on from, as plain JSON."""
        gate = self._gates.get(machine)
        return None if gate is None else dict(gate.state)

    def hearing(self, step_seconds: float | None = None) -> Hearing:
        """What the model hears of a source at once.

        Args:
            step_seconds: Seconds from window to window; their length if
                `None`.

        Raises:
            ValueError: If the step is not in `(0, window]`.
        """
        rate, window = self.scorer.sampling_rate, self.scorer.samples
        step = window if step_seconds is None else round(step_seconds * rate)
        if not 0 < step <= window:
            raise ValueError(
                "`step_seconds` must be above 0 and at most the length of a "
                f"window, {window / rate:g} s. Received: {step_seconds}."
            )
        return Hearing(rate, self.scorer.recording_channel, window, step)

    def judge(
        self, taken: Sequence[tuple[SoundSource, Window]], hearing: Hearing
    ) -> tuple[list[JudgedWindow], list[Event]]:
        """Returns windows with their scores, and events of microphones.

        Args:
            taken: Windows with their sources, in order.
            hearing: What the model hears at once.
        """
        judged: list[JudgedWindow] = []
        events: list[Event] = []
        self._embeddings = {}
        by_length = collections.defaultdict(list)
        for index, (source, window) in enumerate(taken):
            key = window.machine or source.machine
            if key not in self._gates:
                self._gates[key] = self._make_gate(key)
            verdict = self._gates[key].check(window.waveform)
            seconds = len(window.waveform) / hearing.sampling_rate
            judged.append(
                JudgedWindow(
                    source.name,
                    key,
                    window.clip,
                    window.start,
                    window.time,
                    seconds,
                    None,
                    None,
                    verdict.reason,
                    model=self.models[key],
                )
            )
            if verdict.changed:
                events.append(_event(verdict, judged[-1]))
            if not verdict.reason:
                by_length[len(window.waveform)].append(index)
        for indices in by_length.values():
            for first in range(0, len(indices), MAX_CLIPS):
                part = indices[first : first + MAX_CLIPS]
                waveforms = np.stack([taken[i][1].waveform for i in part])
                keys = [judged[index].machine for index in part]
                outputs = self.scorer.score(waveforms, keys, None)
                self._take(outputs, part, judged)
        return judged, events

    def name_fault(self, index: int, event: Event) -> Event:
        """An event that names the known fault that its window is most like.

        Args:
            index: Index of the window in the last batch.
            event: Event that it raised.

        Returns:
            The event with `nearest_fault` in its details, and in the message
            of an alarm; as it is, if no fault of its machine is known.
        """
        embedding = self._embeddings.get(index)
        if self._faults is None or embedding is None:
            return event
        found = self._faults.find(event.machine, embedding)
        if found is None:
            return event
        event = event.with_details({"nearest_fault": found})
        if event.kind != "alarm":
            return event
        message = f"{event.message} {describe_nearest(found)}"
        return dataclasses.replace(event, message=message)

    def _take(
        self,
        outputs: Mapping[str, np.ndarray],
        part: Sequence[int],
        judged: list[JudgedWindow],
    ) -> None:
        """Takes the scores of some windows over."""
        for row, index in enumerate(part):
            is_valid = bool(outputs["valid"][row])
            if self._faults is not None and "embedding" in outputs:
                self._embeddings[index] = outputs["embedding"][row]
            judged[index] = dataclasses.replace(
                judged[index],
                anomaly_score=_number(outputs["anomaly_score"][row], is_valid),
                p_value=_number(outputs["p_value"][row], is_valid),
                problem=str(outputs["problem"][row]),
            )

    def _make_gate(self, key: str, state: Any = None) -> InputGate:
        # A machine such as `fan` is all its sections, and no other one.
        others = {
            other: usual
            for other, usual in self.usual.items()
            if "/" in other and other != key and "/" in key
        }
        rate, usual = self.scorer.sampling_rate, self.usual.get(key)
        return InputGate(rate, usual, others, state, self._checks)


def _event(verdict: Verdict, window: JudgedWindow) -> Event:
    if verdict.reason:
        message = f"Cannot judge, {verdict.reason}: {verdict.message}."
    else:
        message = "Can be judged again."
    return Event(
        verdict.kind,
        window.time + window.seconds,
        window.source,
        window.machine,
        message,
        {"reason": verdict.reason},
    )


def _number(value: float, is_valid: bool) -> float | None:
    return float(value) if is_valid and np.isfinite(value) else None
