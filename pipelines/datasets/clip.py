"""The record of one recording."""

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Clip:
    """One recording and all that its name and place tell.

    Args:
        path: Where the recording lies.
        machine: Kind of machine, such as `"fan"`.
        section: One unit of that machine, as named by the data set:
            `"id_00"`, `"section_00"`, or `"all"` where nothing tells.
        split: `"train"` or `"test"`.
        is_anomaly: `None` where the name does not tell.
        domain: `"source"`, `"target"`, or `None` where nothing tells.
        attributes: Pairs of name and value, such as `(("vel", "16"),)`.

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

    @property
    def key(self) -> str:
        """Name of the machine and its unit, `<machine>/<section>`."""
        return f"{self.machine}/{self.section}"
