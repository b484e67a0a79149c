"""Key of the machine of a single clip, from its path."""

import os
import pathlib
from collections.abc import Sequence

from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.datasets.recording_folder import SPLITS

LABELS = ("normal", "abnormal")


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


def possible_keys(path: str) -> list[str]:
    """Returns the keys that a clip's path may mean, likeliest first.

    Args:
        path: Path of the recording: in a split folder of its machine, such as
            `fan/test/normal_id_00_00000000.wav`, in MIMII's
            `<machine>/<id>/normal`, or in a folder named after its machine.

    >>> possible_keys("fan/test/normal_id_00_00000000.wav")
    ['fan/id_00']
    >>> possible_keys("pump/today.wav")
    ['pump/all', 'pump']
    """
    absolute = pathlib.Path(os.path.abspath(path))
    name = parse_dcase_name(absolute.name)
    folders = [folder.name for folder in absolute.parents]
    depth = next(
        (
            depth
            for depth, folder in enumerate(folders[:3])
            if folder.casefold() in SPLITS
        ),
        None,
    )
    if depth is not None:
        machine, inner = folders[depth + 1], folders[:depth]
        sections = [*inner, "all"]
    elif folders[0].casefold() in LABELS and len(folders) > 2:
        machine, sections = folders[2], folders[1:2]
    else:
        machine, sections = folders[0], ["all"]
    if name:
        sections = [name.section]
    keys = [f"{machine}/{section}" for section in sections]
    if "all" in sections:
        keys.append(machine)
    return keys
