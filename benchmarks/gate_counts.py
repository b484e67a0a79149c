"""Windows that the input gate holds back of every made-up case."""

import collections
import dataclasses
import sys
import zlib
from collections.abc import Sequence

import numpy as np

from benchmarks.gate_cases import Case
from benchmarks.gate_cases import made_up_cases
from benchmarks.gate_halves import Half
from benchmarks.gate_halves import speak
from benchmarks.gate_machines import RATE
from benchmarks.gate_machines import MadeUpMachine
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.watching.gate.input_gate import SWAPPED
from pipelines.watching.gate.input_gate import InputGate


@dataclasses.dataclass
class Count:
    """Windows of a case, and what the gate said of them.

    >>> count = Count(4, collections.Counter({"wind": 2, "speech": 1}))
    >>> count.cell("wind"), count.cell("")
    ('50 % (75 %)', '75 % (speech, wind)')
    """

    windows: int = 0
    reasons: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )

    def add(self, reason: str) -> None:
        """Counts a window."""
        self.windows += 1
        if reason:
            self.reasons[reason] += 1

    def cell(self, reason: str) -> str:
        """Share held back: with a reason, and in all where that is more."""
        held = self._share(sum(self.reasons.values()))
        if not reason:
            return held + f" ({', '.join(sorted(self.reasons))})" * any(
                self.reasons
            )
        right = self._share(self.reasons[reason])
        return right if right == held else f"{right} ({held})"

    def _share(self, number: int) -> str:
        return f"{100 * number / self.windows:.3g} %"


def judge_half(half: Half, num_windows: int) -> dict[tuple[str, str], Count]:
    """What the gate says of every case of a half, by name and reason.

    Args:
        half: Machines and voices.
        num_windows: Windows of each case and unit.
    """
    units = half.units
    spectra = {unit.key: unit.usual for unit in units}
    counts: dict[tuple[str, str], Count] = collections.defaultdict(Count)
    for case in [*made_up_cases(speak(half.sentences)), *_swaps(units)]:
        for unit in units:
            words = (case.name, unit.key)
            seeds = [zlib.crc32(word.encode()) for word in words]
            rng = np.random.default_rng([half.seed, *seeds])
            gate = gate_of(unit.key, spectra)
            for index in range(num_windows * case.times):
                waveform = case.make(unit, index, rng)
                reason = gate.check(stored(waveform)).reason
                if case.reason != SWAPPED or index + 1 >= gate.swapped_windows:
                    counts[case.name, case.reason].add(reason)
        print(case.name, file=sys.stderr, flush=True)
    return counts


def gate_of(key: str, spectra: dict[str, UsualSpectrum]) -> InputGate:
    """Gate that forgets a reason with the window.

    Args:
        key: Machine that it is of.
        spectra: Usual spectra of all machines of the model.
    """
    others = {name: usual for name, usual in spectra.items() if name != key}
    return InputGate(RATE, spectra[key], others, clear_windows=1)


def _swaps(units: Sequence[MadeUpMachine]) -> list[Case]:
    """Windows of the next unit of another machine, and of the same one."""

    def swap(is_same: bool, unit: MadeUpMachine, index: int, rng):
        fit = [
            other
            for other in units
            if (other.machine == unit.machine) == is_same
            and other.key != unit.key
        ]
        return fit[0].normal(index)

    return [
        Case(
            "sound of another kind of machine",
            SWAPPED,
            lambda unit, index, rng: swap(False, unit, index, rng),
        ),
        Case(
            "sound of another unit of the same kind",
            SWAPPED,
            lambda unit, index, rng: swap(True, unit, index, rng),
        ),
    ]


def stored(waveform: np.ndarray) -> np.ndarray:
    """A waveform as a recording of 16 bits has it.

    >>> stored(np.array([0.1, 2.0])) * 2**15
    array([ 3277., 32767.], dtype=float32)
    """
    rounded = np.round(np.clip(waveform, -1.0, 1.0 - 2**-15) * 2**15)
    return (rounded / 2**15).astype("float32")
