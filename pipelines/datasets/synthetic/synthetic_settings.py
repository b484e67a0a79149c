"""Settings of the synthetic data set."""

import dataclasses

from pipelines.datasets.synthetic.machine import DESIGNS


@dataclasses.dataclass(frozen=True)
class SyntheticSettings:
    """Number, length and difficulty of the synthetic recordings.

    Every section (one unit of a machine) gets the same numbers of clips.
    Half of the test clips of either label are of the target domain.

    Args:
        machines: Kinds of machine, of `"fan"`, `"pump"`, `"slider"`,
            `"valve"`.
        num_ids: Number of sections of each machine.
        num_train: Number of normal training clips of a section, both domains.
        num_train_target: Number of those that are of the target domain.
        num_test_normal: Number of normal test clips of a section.
        num_test_anomaly: Number of anomalous test clips of a section.
        seconds: Length of a clip in seconds.
        sampling_rate: Sampling rate in Hz, at least 16,000.
        snr_db: Power of the machine over that of its surroundings.
        seed: Seed, an integer that is not negative. The same settings make
            the same bytes.

    Raises:
        ValueError: If a value is out of its range.

    >>> SyntheticSettings(seconds=2.5).samples
    40000
    """

    machines: tuple[str, ...] = tuple(DESIGNS)
    num_ids: int = 3
    num_train: int = 60
    num_train_target: int = 3
    num_test_normal: int = 30
    num_test_anomaly: int = 30
    seconds: float = 10.0
    sampling_rate: int = 16000
    snr_db: float = 0.0
    seed: int = 0

    def __post_init__(self):
        unknown = [name for name in self.machines if name not in DESIGNS]
        if unknown or not self.machines:
            raise ValueError(
                f"`machines` must be of {', '.join(DESIGNS)}. "
                f"Received: machines={self.machines}. "
                "Leave it out for all of them."
            )
        if len(set(self.machines)) != len(self.machines):
            raise ValueError(
                "`machines` must name each machine once. "
                f"Received: machines={self.machines}. "
                "For more units of a machine raise `num_ids`."
            )
        lowest = {
            "num_ids": 1,
            "num_train": 1,
            "num_train_target": 0,
            "num_test_normal": 0,
            "num_test_anomaly": 0,
            "seconds": 0.5,
            "snr_db": -60.0,
            "sampling_rate": 16000,
            "seed": 0,
        }
        for name, least in lowest.items():
            if not (value := getattr(self, name)) >= least:
                raise ValueError(
                    f"`{name}` must be at least {least}. "
                    f"Received: {name}={value}. "
                    "See the argument's line in `SyntheticSettings`."
                )
        if self.num_train_target > self.num_train:
            raise ValueError(
                "`num_train_target` must be at most `num_train`. "
                f"Received: num_train_target={self.num_train_target}, "
                f"num_train={self.num_train}. Raise `num_train`."
            )

    @property
    def samples(self) -> int:
        """Length of a waveform."""
        return round(self.seconds * self.sampling_rate)
