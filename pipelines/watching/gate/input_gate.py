"""Input gate: whether a window of a machine can be judged, or why not."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipelines.files.names import printable
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.watching.gate.input_checks import clipped
from pipelines.watching.gate.input_checks import mains_hum
from pipelines.watching.gate.input_checks import no_signal
from pipelines.watching.gate.input_checks import too_quiet
from pipelines.watching.gate.masking_checks import nearest_other
from pipelines.watching.gate.masking_checks import speech
from pipelines.watching.gate.masking_checks import wind
from pipelines.watching.gate.window_sound import WindowSound

SWAPPED = "swapped"
# A window that is less like the other machine ends the row, and is clear.
UNSURE = 0.8
# Checks in order: the first that finds something gives the reason.
CHECKS: dict[str, Callable[[WindowSound], float]] = {
    "no signal": no_signal,
    "clipped": clipped,
    "mains hum": mains_hum,
    "too quiet": too_quiet,
    "wind": wind,
    "speech": speech,
}
REASONS = {
    "no signal": "the input gives no sound at all; is the microphone "
    "unplugged, or the channel muted?",
    "clipped": "the sound is cut off at the limit of the input; is its gain "
    "too high?",
    "mains hum": "nothing but hum of the mains; the machine is off, or the "
    "input is open",
    "too quiet": "far below the usual level; the machine is off, or the "
    "microphone is unplugged",
    "wind": "wind at the microphone",
    "speech": "people speak near the microphone",
    SWAPPED: "sounds like {other}; are the microphones swapped?",
}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether a window can be judged.

    Args:
        reason: Key of `REASONS`; empty where it can be judged.
        message: The reason as a sentence for people.
        changed: Whether the window before had another reason, or none.

    >>> Verdict("wind", changed=True).kind, Verdict().kind
    ('cannot_judge', '')
    """

    reason: str = ""
    message: str = ""
    changed: bool = False

    @property
    def kind(self) -> str:
        """Kind of the event that it is, empty where nothing changed."""
        if not self.changed:
            return ""
        return "cannot_judge" if self.reason else "can_judge"


class InputGate:
    """Gate of one machine, before its windows are judged.

    A window is held back as soon as a check finds something, but for a swapped
    microphone, which takes several windows in a row (of whichever machines:
    units of a kind are alike). It is open again after `clear_windows` in a row
    in which nothing is found. No check but that for a swapped microphone has a
    lower threshold for its reason to stay: a machine whose own sound lies
    between both would be held back for good by people who once spoke.

    Args:
        sampling_rate: Sampling rate of the windows in Hz.
        usual: Usual spectrum of the machine. Without one, only a dead or
            clipped input and speech are found.
        others: Usual spectra of the other machines of the model, by key.
        state: `state` of an earlier gate, to go on from.
        checks: Reasons to look for; all by default.
        swapped_windows: Windows in a row that must sound like other machines.
        clear_windows: Windows in a row that must be clear.

    Attributes:
        state: What the gate remembers, as plain JSON.

    Raises:
        ValueError: If a sampling rate, a check or the state is not possible.

    >>> gate = InputGate(16_000)
    >>> verdict = gate.check(np.zeros(160_000, "float32"))
    >>> verdict.reason, verdict.kind
    ('no signal', 'cannot_judge')
    """

    def __init__(
        self,
        sampling_rate: int,
        usual: UsualSpectrum | None = None,
        others: Mapping[str, UsualSpectrum] | None = None,
        state: Mapping[str, Any] | None = None,
        checks: Sequence[str] = tuple(REASONS),
        swapped_windows: int = 3,
        clear_windows: int = 2,
    ):
        self.sampling_rate = sampling_rate
        self.usual, self.others = usual, dict(others or {})
        spectra = [*self.others.values(), *([usual] if usual else [])]
        for rate in {spectrum.sampling_rate for spectrum in spectra}:
            if rate != sampling_rate:
                raise ValueError(
                    "The usual spectra of a gate must be of the sampling rate "
                    f"of its windows, {sampling_rate} Hz. Received: {rate} Hz. "
                    "Take those of the model that judges the windows."
                )
        if unknown := set(checks) - set(REASONS):
            raise ValueError(
                f"`checks` must be of {', '.join(REASONS)}. Received: "
                f"{', '.join(sorted(unknown))}."
            )
        self.checks = tuple(checks)
        self.swapped_windows = swapped_windows
        self.clear_windows = clear_windows
        self.state: dict[str, Any] = {
            "reason": "",
            "clear": 0,
            "other": "",
            "alike": 0,
        }
        if state is not None:
            self.state = self._known(state)

    def check(self, waveform: np.ndarray) -> Verdict:
        """Says whether a window can be judged, and remembers it.

        Args:
            waveform: Waveform `(samples,)` in [-1, 1].

        Raises:
            ValueError: If it is empty or has channels.
        """
        waveform = np.asarray(waveform)
        if waveform.ndim != 1 or not len(waveform):
            raise ValueError(
                "A window must be `(samples,)`, with a sample at least. "
                f"Received: shape={waveform.shape}."
            )
        state = self.state
        before = state["reason"]
        reason = self._find(waveform)
        if reason:
            state["clear"] = 0
        elif before:
            state["clear"] += 1
            if state["clear"] < self.clear_windows:
                reason = before
            else:
                state["clear"] = 0
        state["reason"] = reason
        other = printable(state["other"])
        message = REASONS.get(reason, "").format(other=other)
        return Verdict(reason, message, reason != before)

    def strengths(self, waveform: np.ndarray) -> dict[str, float]:
        """How clearly a window shows each reason: 1 or more is enough.

        It remembers nothing. A swapped microphone counts as of one window.

        Args:
            waveform: Waveform `(samples,)` in [-1, 1].
        """
        sound = WindowSound(waveform, self.sampling_rate, self.usual)
        found = {name: check(sound) for name, check in CHECKS.items()}
        found[SWAPPED] = nearest_other(sound, self.others)[1]
        return {name: found[name] for name in self.checks}

    def _find(self, waveform: np.ndarray) -> str:
        """The first reason that is there, empty for none."""
        sound = WindowSound(waveform, self.sampling_rate, self.usual)
        for name, check in CHECKS.items():
            if name in self.checks and check(sound) >= 1:
                return name
        if SWAPPED not in self.checks:
            return ""
        state = self.state
        other, strength = nearest_other(sound, self.others)
        if strength < UNSURE:
            state["alike"] = 0
        if strength < 1:
            is_in_doubt = state["reason"] == SWAPPED and state["alike"]
            return SWAPPED if is_in_doubt else ""
        state["alike"] += 1
        state["other"] = other
        return SWAPPED if state["alike"] >= self.swapped_windows else ""

    def _known(self, state: Mapping[str, Any]) -> dict[str, Any]:
        kinds = {name: type(value) for name, value in self.state.items()}
        if {name: type(value) for name, value in state.items()} != kinds or (
            state["reason"] not in ("", *REASONS)
        ):
            raise ValueError(
                "The state of a gate must be that of an earlier one. Received: "
                f"{dict(state)}. Leave it out: the gate then begins anew."
            )
        return dict(state)
