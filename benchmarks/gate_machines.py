"""Made-up machines of the input gate's benchmark, and their recordings."""

import dataclasses
import functools

import numpy as np

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.recording import Recording
from pipelines.pictures.usual_spectrum import UsualSpectrum
from pipelines.pictures.usual_spectrum import usual_spectrum

SETTINGS = SyntheticSettings()
RATE, SAMPLES = SETTINGS.sampling_rate, SETTINGS.samples
# Normal training clips of each domain that a usual spectrum is made of.
NUM_USUAL = {"source": 38, "target": 10}


@dataclasses.dataclass(frozen=True)
class MadeUpMachine:
    """A unit of a built-in machine and its recordings.

    Args:
        machine: Built-in machine.
        section: Index of the unit.
        seed: Seed of its recordings.

    >>> MadeUpMachine("fan", 0, 1).key
    'fan/0'
    """

    machine: str
    section: int
    seed: int

    @property
    def key(self) -> str:
        """Name of the unit."""
        return f"{self.machine}/{self.section}"

    @functools.cached_property
    def usual(self) -> UsualSpectrum:
        """Usual spectrum of its training clips."""
        waveforms = (
            self.recording("train", domain, False, index).waveform(SETTINGS)
            for domain, number in NUM_USUAL.items()
            for index in range(number)
        )
        return usual_spectrum(waveforms, RATE)

    def normal(self, index: int, domain: str = "source") -> np.ndarray:
        """A normal test clip, `(samples,)`."""
        return _normal(self, index, domain)

    def faulty(self, index: int) -> np.ndarray:
        """A clip with one of its own faults, of any severity."""
        domain = ("source", "target")[index % 2]
        return self.recording("test", domain, True, index).waveform(SETTINGS)

    def surroundings(self, index: int) -> np.ndarray:
        """The hall of a normal clip, without the machine."""
        clip = self.recording("test", "source", False, index)
        sound, hall = clip.sources(SETTINGS)
        factor = self.normal(index).std() / (sound + hall).std()
        return hall * factor

    def recording(
        self, split: str, domain: str, is_anomaly: bool, index: int
    ) -> Recording:
        """A recording yet to be made; see `Recording`."""
        parts = (self.machine, self.section, split, domain, is_anomaly)
        return Recording(*parts, index, self.seed)


@functools.lru_cache(maxsize=256)
def _normal(made: MadeUpMachine, index: int, domain: str) -> np.ndarray:
    recording = made.recording("test", domain, False, index)
    return recording.waveform(SETTINGS).astype("float32")
