"""Recording to be made: its name, its parts and its waveform."""

import dataclasses
import zlib

import numpy as np

from pipelines.datasets.faults.machine_faults import fault_sound
from pipelines.datasets.sound_elements import at_level
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.datasets.synthetic.machine import Machine
from pipelines.datasets.synthetic.machine import build_unit
from pipelines.datasets.synthetic.machine_sound import machine_sound
from pipelines.datasets.synthetic.machine_sound import move
from pipelines.datasets.synthetic.surroundings import background
from pipelines.datasets.synthetic.surroundings import record
from pipelines.datasets.synthetic.surroundings import room_response
from pipelines.datasets.synthetic.synthetic_settings import SyntheticSettings

_LOADS = {"source": (0.9, 1.0, 1.1), "target": (0.7, 1.3)}
_NOISES = {"source": "1", "target": "2"}


@dataclasses.dataclass(frozen=True)
class Recording:
    """A clip yet to be made; the seed and these fields decide every sample.

    Args:
        machine: Key of `DESIGNS`.
        section: Index of the unit of the machine.
        split: `"train"` or `"test"`.
        domain: `"source"` or `"target"`.
        is_anomaly: Whether the unit has a fault.
        index: Index among the clips that agree in all of the above.
        seed: Seed of the data set.

    >>> Recording("fan", 0, "train", "source", False, 7, seed=0).file_name
    'section_00_source_train_normal_0007_load_100_noise_1.wav'
    """

    machine: str
    section: int
    split: str
    domain: str
    is_anomaly: bool
    index: int
    seed: int

    @property
    def file_name(self) -> str:
        """Name in the form of DCASE 2022 and later."""
        label = "anomaly" if self.is_anomaly else "normal"
        name = (
            f"section_{self.section:02d}_{self.domain}_{self.split}_{label}"
            f"_{self.index:04d}_load_{round(100 * self.load)}"
            f"_noise_{_NOISES[self.domain]}"
        )
        if self.is_anomaly:
            fault = self.fault.replace("_", "-")
            name += f"_fault_{fault}_severity_{self.severity:.2f}"
        return f"{name}.wav"

    @property
    def load(self) -> float:
        """Share of the nominal load."""
        return float(self._rng("load").choice(_LOADS[self.domain]))

    @property
    def fault(self) -> str:
        """Name of the fault of an anomalous clip; they take turns."""
        faults = DESIGNS[self.machine].faults
        return faults[self.index % len(faults)]

    @property
    def severity(self) -> float:
        """Severity of the fault, drawn evenly from 0.00 to 1.00."""
        return round(float(self._rng("severity").random()), 2)

    @property
    def unit(self) -> Machine:
        """The unit that is heard."""
        return build_unit(self.machine, self.section, self.seed)

    def sources(
        self, settings: SyntheticSettings
    ) -> tuple[np.ndarray, np.ndarray]:
        """Makes the machine's and the surroundings' sound, apart.

        Returns:
            Two of `(samples,)`, their powers `settings.snr_db` apart.
        """
        rate, samples = settings.sampling_rate, settings.samples
        unit = self.unit
        motion = move(unit, self.load, samples, rate, self._rng("motion"))
        sound = machine_sound(unit, motion, self.load, rate, self._rng("sound"))
        if self.is_anomaly:
            sound = sound + fault_sound(
                self.fault,
                self.severity,
                unit,
                motion,
                sound,
                rate,
                self._rng("fault"),
            )
        response = room_response(self.machine, samples, rate)
        sound = record(sound, response, rate, self._rng("microphone"))
        hall = background(self.domain, samples, rate, self._rng("hall"))
        return at_level(sound, settings.snr_db), hall

    def waveform(self, settings: SyntheticSettings) -> np.ndarray:
        """Makes the clip, `(samples,)` in [-1, 1].

        Its level varies by 3 dB either way, faulty or not.
        """
        level_db = -28 + self._rng("level").uniform(-3, 3)
        sound, hall = self.sources(settings)
        return np.clip(at_level(sound + hall, level_db), -1.0, 1.0)

    def _rng(self, purpose: str) -> np.random.Generator:
        # A stream for each purpose: what one draws moves no other.
        words = (self.machine, self.split, self.domain, purpose)
        hashes = [zlib.crc32(word.encode()) for word in words]
        numbers = [self.seed, self.section, self.is_anomaly, self.index]
        return np.random.default_rng([*hashes, *map(int, numbers)])
