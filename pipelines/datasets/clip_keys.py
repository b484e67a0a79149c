"""Key of the machine of a single clip, from its path."""

import os
import pathlib
from collections.abc import Sequence

from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.datasets.folder_sections import inner_names
from pipelines.datasets.time_names import mark_times
from pipelines.datasets.tree_position import MIMII_LABELS
from pipelines.datasets.tree_position import SPLITS
from pipelines.datasets.tree_position import is_mimii
from pipelines.datasets.tree_position import locate

# Folders, other than dates and shifts, in which the split is looked for.
MOST_FOLDERS = 3


def find_key(path: str, machines: Sequence[str]) -> str:
    """Returns the key of a clip, from the section in its name and its folders.

    Args:
        path: Path of the recording; see `possible_keys`.
        machines: Known keys.

    Raises:
        ValueError: If the path has none of them.

    >>> find_key("fan/test/normal_id_00_00000000.wav", ["fan", "fan/id_00"])
    'fan/id_00'
    """
    keys = possible_keys(path)
    for key in keys:
        if key in machines:
            return key
    raise ValueError(
        f"its name and folders mean {keys[0]}, which is not known; give "
        f"`--machine`, one of {', '.join(machines)}"
    )


def find_listed_key(machine: str, machines: Sequence[str]) -> str:
    """Returns the key of a clip whose machine a list names.

    Args:
        machine: Machine of the list, with or without its section.
        machines: Known keys.

    Raises:
        ValueError: If it is none of them.

    >>> find_listed_key("fan", ["fan/all", "pump/all"])
    'fan/all'
    """
    for key in (machine, f"{machine}/all"):
        if key in machines:
            return key
    raise ValueError(
        f"its machine in the list is {machine}, which is not known"
    )


def possible_keys(path: str) -> list[str]:
    """Returns the keys that a clip's path may mean, likeliest first.

    Args:
        path: Path of the recording: in a split folder of its machine, such as
            `fan/test/normal_id_00_00000000.wav`, in MIMII's
            `<machine>/<id>/normal`, or in a folder named after its machine.
            Folders of dates and shifts may stand between.

    >>> possible_keys("fan/test/normal_id_00_00000000.wav")
    ['fan/id_00']
    >>> possible_keys("pump/today.wav")
    ['pump/all', 'pump']
    >>> possible_keys("pump/2024-05-01/1.wav")
    ['pump/2024-05-01', 'pump/all', 'pump']
    """
    absolute = pathlib.Path(os.path.abspath(path))
    name = parse_dcase_name(absolute.name)
    chain = _nearest_folders(absolute.parent.parts)
    found = locate(chain)
    machine, inner = chain[-1], []
    if found is not None:
        machine = chain[found.machine]
        inner = list(inner_names(chain[found.machine + 1 :]))
        inner = [one for one in inner if one.casefold() not in SPLITS]
    if name:
        return [f"{machine}/{name.section}"]
    if is_mimii(chain):
        return [f"{machine}/{chain[-2]}"]
    joined = ["_".join(inner)] if inner else []
    sections = [*joined, *reversed(inner), "all"]
    keys = [f"{machine}/{section}" for section in sections] + [machine]
    is_in_split = found is not None and found.split is not None
    if chain[-1].casefold() in MIMII_LABELS and not is_in_split:
        # As in MIMII, with an id of any name.
        keys = ["/".join(chain[-3:-1]), *keys]
    return list(dict.fromkeys(keys))


def _nearest_folders(parts: Sequence[str]) -> list[str]:
    """The folders in which machine and split are looked for."""
    times = mark_times(parts)
    named = [index for index in range(len(parts)) if not times[index]]
    # One more than the folders of the split: the machine's.
    return list(parts[named[-(MOST_FOLDERS + 1) :][0] :] if named else parts)
