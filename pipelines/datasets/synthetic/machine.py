"""Machines in physical numbers: designs, and units built after them."""

import dataclasses
import zlib

import numpy as np

_GOLDEN_RATIO = (5**0.5 - 1) / 2


@dataclasses.dataclass(frozen=True)
class Machine:
    """A machine in physical numbers.

    Args:
        shaft_hz: Turns per second at full speed and nominal load.
        num_blades: Blades, vanes or teeth: pulses in a turn.
        num_harmonics: Multiples of `shaft_hz` that are heard.
        harmonic_weights_db: Deviation of each from the common slope; drawn
            by `build_unit`, empty in a design.
        load_noise_hz: Centre of the band of flow or rolling noise.
        load_noise_octaves: Standard width of that band.
        impact_hz: Resonances that an impact at the end of a stroke excites.
        stroke_seconds: One way of a stroke; 0 for a machine that only turns.
        moving_share: Part of a stroke in which the machine moves.
        rotation_db: Power of the harmonics, before all parts are summed.
        load_noise_db: Power of the load noise, before the sum.
        impact_db: Power of the impacts, before the sum.
        bearing_hz: Resonance of the housing that a bearing's defect excites.
        hiss_hz: Centre of the band of escaping air or water.
        scrape_hz: Centre of the band of parts that touch.
        faults: Names of its possible faults.

    >>> DESIGNS["fan"].faults
    ('bearing', 'imbalance', 'rub')
    """

    shaft_hz: float
    num_blades: int
    num_harmonics: int
    load_noise_hz: float
    load_noise_octaves: float
    rotation_db: float
    load_noise_db: float
    bearing_hz: float
    hiss_hz: float
    scrape_hz: float
    faults: tuple[str, ...]
    impact_hz: tuple[float, ...] = ()
    impact_db: float = 0.0
    stroke_seconds: float = 0.0
    moving_share: float = 1.0
    harmonic_weights_db: tuple[float, ...] = ()


DESIGNS = {
    "fan": Machine(
        shaft_hz=24.0,
        num_blades=7,
        num_harmonics=60,
        load_noise_hz=700.0,
        load_noise_octaves=1.3,
        rotation_db=-2.0,
        load_noise_db=0.0,
        bearing_hz=3400.0,
        hiss_hz=5500.0,
        scrape_hz=2400.0,
        faults=("bearing", "imbalance", "rub"),
    ),
    "pump": Machine(
        shaft_hz=48.0,
        num_blades=6,
        num_harmonics=50,
        load_noise_hz=1800.0,
        load_noise_octaves=0.9,
        rotation_db=0.0,
        load_noise_db=-1.0,
        bearing_hz=4200.0,
        hiss_hz=5200.0,
        scrape_hz=3000.0,
        faults=("bearing", "leak", "imbalance"),
    ),
    "slider": Machine(
        shaft_hz=19.0,
        num_blades=20,
        num_harmonics=120,
        load_noise_hz=1300.0,
        load_noise_octaves=1.0,
        rotation_db=-2.0,
        load_noise_db=0.0,
        impact_hz=(520.0, 1350.0, 2900.0),
        impact_db=-3.0,
        stroke_seconds=0.8,
        moving_share=0.7,
        bearing_hz=3800.0,
        hiss_hz=5000.0,
        scrape_hz=3200.0,
        faults=("bearing", "rub", "missing_tooth"),
    ),
    "valve": Machine(
        shaft_hz=50.0,
        num_blades=2,
        num_harmonics=16,
        load_noise_hz=2600.0,
        load_noise_octaves=0.7,
        rotation_db=-6.0,
        load_noise_db=-3.0,
        impact_hz=(900.0, 2100.0, 4300.0),
        impact_db=0.0,
        stroke_seconds=0.55,
        moving_share=0.5,
        bearing_hz=3600.0,
        hiss_hz=5000.0,
        scrape_hz=1900.0,
        faults=("leak", "rub", "missing_tooth"),
    ),
}


def build_unit(machine: str, section: int, seed: int) -> Machine:
    """Builds one unit, a few per cent off the machine's design.

    The units of a machine lie on a golden-ratio sequence in each number, so
    that no two are alike however many there are.

    >>> units = [build_unit("fan", section, seed=0) for section in (0, 1)]
    >>> units[0].shaft_hz != units[1].shaft_hz
    True
    """
    design = DESIGNS[machine]
    entropy = [seed, zlib.crc32(machine.encode())]
    offsets = np.random.default_rng(entropy).random(16)
    shifts = 2 * np.modf(offsets + section * _GOLDEN_RATIO)[0] - 1
    rng = np.random.default_rng([*entropy, section])
    weights = rng.normal(0.0, 2.0, design.num_harmonics)
    return dataclasses.replace(
        design,
        shaft_hz=design.shaft_hz * (1 + 0.04 * shifts[0]),
        stroke_seconds=design.stroke_seconds * (1 + 0.06 * shifts[1]),
        moving_share=design.moving_share * (1 + 0.05 * shifts[2]),
        load_noise_hz=design.load_noise_hz * (1 + 0.08 * shifts[3]),
        bearing_hz=design.bearing_hz * (1 + 0.06 * shifts[4]),
        hiss_hz=design.hiss_hz * (1 + 0.06 * shifts[5]),
        scrape_hz=design.scrape_hz * (1 + 0.06 * shifts[6]),
        load_noise_db=design.load_noise_db + 1.0 * shifts[7],
        impact_hz=tuple(
            hz * (1 + 0.04 * shift)
            for hz, shift in zip(design.impact_hz, shifts[8:], strict=False)
        ),
        harmonic_weights_db=tuple(weights.tolist()),
    )
