"""Clip: the record of one recording."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Clip:
    """One recording, and what its name and folders say about it.

    Args:
        path: Path of the recording.
        machine: Kind of machine, such as `"fan"`.
        section: Unit of that machine, as named by the data set: `"id_00"`,
            `"section_00"`, or `"all"` where it has no name.
        split: `"train"` or `"test"`.
        is_anomaly: Whether it is an anomaly; `None` where that is unknown.
        domain: `"source"`, `"target"`, or `None` where that is unknown.
        attributes: Pairs of name and value, such as `(("vel", "16"),)`.
        session: Recording session, such as `"2024-03-05"`; empty if unknown.

    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> clip.key
    'fan/id_00'
    """

    path: pathlib.Path
    machine: str
    section: str
    split: str
    is_anomaly: bool | None
    domain: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    session: str = ""

    @property
    def key(self) -> str:
        """Name of the machine and its unit, `<machine>/<section>`."""
        return f"{self.machine}/{self.section}"
