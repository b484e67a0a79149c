"""Position of a recording in a tree: machine, split and what lies between."""

import dataclasses
import os
import pathlib
import re
from collections.abc import Sequence

from pipelines.datasets.time_names import mark_times

# Split and domain that a folder's name stands for.
SPLITS: dict[str, tuple[str, str | None]] = {
    "train": ("train", None),
    "test": ("test", None),
    "source_test": ("test", "source"),
    "target_test": ("test", "target"),
}
LEFT_OUT = "supplemental"
# Whether a folder of that name holds anomalies.
LABELS = {
    "normal": False,
    "good": False,
    "anomaly": True,
    "anomalous": True,
    "abnormal": True,
    "bad": True,
}
MIMII_LABELS = ("normal", "abnormal")
_MIMII_ID = re.compile(r"id_[0-9]{2}")
# Almost the name of a split: what it is meant for is not guessed.
_ALMOST_SPLIT = re.compile(
    r"(train(ing)?|test(ing)?|val(idation)?|eval(uation)?|dev(elopment)?)"
    r"([ _.-]?(set|data|clips|files|recordings|sounds|audio|wavs?))?"
)


@dataclasses.dataclass(frozen=True)
class TreePosition:
    """Indices into the names of the folders that a recording lies in.

    Args:
        machine: Index of the machine's folder.
        split: Index of the folder `train`, `test` and so on, or of
            `supplemental`; `None` where there is none.
    """

    machine: int
    split: int | None = None


def locate(chain: Sequence[str]) -> TreePosition | None:
    """Finds machine and split among folder names, from the outside in.

    The split nearest to the recordings counts, so that the names of folders
    further up never matter. The machine is the nearest folder above it that is
    no date or shift. Without a split, it is the nearest folder above the
    recordings that is neither a date or shift nor a label.

    Returns:
        The position, or `None` where no folder can be the machine.

    >>> locate(["hall 2", "pump", "2024-05-01", "train", "left"])
    TreePosition(machine=1, split=3)
    >>> locate(["pump", "2024-05-01", "early"])
    TreePosition(machine=0, split=None)
    """
    if is_mimii(chain):
        return TreePosition(len(chain) - 3)
    times = mark_times(chain)
    for split in range(len(chain) - 1, 0, -1):
        if chain[split].casefold() in (*SPLITS, LEFT_OUT):
            named = [index for index in range(split) if not times[index]]
            return TreePosition(named[-1] if named else split - 1, split)
    named = [
        index
        for index, name in enumerate(chain)
        if not times[index] and name.casefold() not in (*LABELS, *SPLITS)
    ]
    return TreePosition(named[-1]) if named else None


def is_mimii(chain: Sequence[str]) -> bool:
    """Whether the last folders are MIMII's `<machine>/<id>/<label>`.

    >>> is_mimii(["fan", "id_00", "normal"])
    True
    """
    return (
        len(chain) >= 3
        and chain[-1] in MIMII_LABELS
        and is_mimii_id(chain[-2])
        and chain[-3].casefold() not in SPLITS
    )


def is_mimii_id(name: str) -> bool:
    """Whether a folder's name is that of a MIMII unit.

    >>> is_mimii_id("id_04"), is_mimii_id("pump 4")
    (True, False)
    """
    return _MIMII_ID.fullmatch(name) is not None


def is_almost_split(name: str) -> bool:
    """Whether a folder's name looks like a split, and is none.

    >>> is_almost_split("train_data"), is_almost_split("train")
    (True, False)
    """
    folded = name.casefold()
    return folded not in SPLITS and bool(_ALMOST_SPLIT.fullmatch(folded))


def name_root(root: str | os.PathLike[str]) -> tuple[str, ...]:
    """Returns the names of a data folder that tell its machine.

    They begin above the folder itself where that is a split, a label, a date
    or a shift, as in `recordings/pump/train`.

    >>> name_root("recordings/pump"), name_root("recordings/pump/train")
    (('pump',), ('pump', 'train'))
    """
    parts = pathlib.Path(os.path.abspath(root)).parts[1:]
    times = mark_times(parts)
    first = max(len(parts) - 1, 0)
    while first > 0 and (
        times[first] or parts[first].casefold() in (*SPLITS, *LABELS)
    ):
        first -= 1
    return parts[first:] or ("",)
