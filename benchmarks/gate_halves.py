"""Halves of the input gate's benchmark: machines, seeds, and speech."""

import dataclasses
import math
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

import numpy as np
import scipy.signal
import soundfile

from benchmarks.gate_machines import RATE
from benchmarks.gate_machines import MadeUpMachine

# Voice, words in a minute and text, of each half of the benchmark.
SENTENCES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "chosen": (
        (
            "en-gb",
            140,
            "The pump on line three was checked this morning, and its "
            "bearing must be replaced before the weekend.",
        ),
        (
            "en-us+f3",
            150,
            "Can you hear me? Please bring the long ladder over here, we "
            "have to look at the upper valve again.",
        ),
        (
            "de+m4",
            160,
            "Guten Morgen, die Anlage lief gestern ohne Fehler, aber heute "
            "klingt sie etwas lauter als sonst.",
        ),
    ),
    "judged": (
        (
            "fr+f2",
            150,
            "Bonjour, la machine a bien fonctionné hier, mais ce matin "
            "elle fait un peu plus de bruit que d'habitude.",
        ),
        (
            "es",
            160,
            "Mañana por la tarde vamos a cambiar el aceite y limpiar los "
            "filtros de la segunda línea.",
        ),
        (
            "en-gb+f4",
            170,
            "We stopped at half past nine, waited for the spare part, and "
            "then started it up again without any trouble.",
        ),
        (
            "it+m2",
            140,
            "Il tecnico arriva alle dieci, prima di allora non toccate "
            "niente e lasciate tutto spento.",
        ),
    ),
}


@dataclasses.dataclass(frozen=True)
class Half:
    """Machines and voices by which thresholds are chosen, or judged.

    Args:
        machines: Built-in machines, two units of each.
        seed: Seed of their recordings and of all else.
        sentences: What is said: voice, words in a minute, text.

    >>> HALVES["judged"].units[0].key
    'pump/0'
    """

    machines: tuple[str, ...]
    seed: int
    sentences: tuple[tuple[str, int, str], ...]

    @property
    def units(self) -> list[MadeUpMachine]:
        """The units of the machines."""
        return [
            MadeUpMachine(machine, section, self.seed)
            for machine in self.machines
            for section in range(2)
        ]


HALVES = {
    "chosen": Half(("fan", "valve"), 1, SENTENCES["chosen"]),
    "judged": Half(("pump", "slider"), 2, SENTENCES["judged"]),
}


def speak(sentences: Sequence[tuple[str, int, str]]) -> list[np.ndarray]:
    """Speaks sentences with espeak-ng; nothing where it is not installed.

    Args:
        sentences: Name of a voice, words in a minute and a text, each.
    """
    if not (program := shutil.which("espeak-ng")):
        return []
    spoken = []
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "speech.wav")
        for name, pace, text in sentences:
            options = ["-v", name, "-s", str(pace), "-w", str(path)]
            subprocess.run([program, *options, f"{text} {text}"], check=True)
            waveform, rate = soundfile.read(path)
            divisor = math.gcd(rate, RATE)
            spoken.append(
                scipy.signal.resample_poly(
                    waveform, RATE // divisor, rate // divisor
                )
            )
    return spoken
