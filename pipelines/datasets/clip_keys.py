"""Which machine a single clip is of."""

import os
import pathlib
from collections.abc import Sequence

from pipelines.datasets.dcase_layout import parse_dcase_name
from pipelines.datasets.recording_folder import SPLITS

LABELS = ("normal", "abnormal")


def find_key(path: str, machines: Sequence[str]) -> str:
    """Key of a clip, from the section in its name and from its folders.

    Args:
        path: The recording; see `possible_keys`.
        machines: The keys there are.

    Raises:
        ValueError: If they tell no key, or one that is not among them.

    >>> find_key("fan/test/normal_id_00_00000000.wav", ["fan", "fan/id_00"])
    'fan/id_00'
    """
    keys = possible_keys(path)
    for key in keys:
        if key in machines:
            return key
    raise ValueError(
        f"its name and folders tell of {keys[0]}, which is not known; give "
        f"`--machine`, one of {', '.join(machines)}"
    )


def possible_keys(path: str) -> list[str]:
    """The keys that a clip's name and folders may tell, likeliest first.

    Args:
        path: The recording, such as `fan/test/normal_id_00_00000000.wav`: in
            a split folder of its machine, in MIMII's `<machine>/<id>/normal`,
            or in a folder named after its machine.

    >>> possible_keys("fan/test/normal_id_00_00000000.wav")
    ['fan/id_00']
    >>> possible_keys("pump/today.wav")
    ['pump/all', 'pump']
    """
    place = pathlib.Path(os.path.abspath(path))
    name = parse_dcase_name(place.name)
    folders = [folder.name for folder in place.parents]
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
