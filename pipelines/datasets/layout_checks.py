"""Layout checks: trees of recordings that could mean two things."""

import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.datasets.dcase_layout import is_dcase
from pipelines.datasets.recording_folder import RecordingFolder
from pipelines.datasets.time_names import mark_times


def check_layouts(
    machines: Mapping[pathlib.Path, Sequence[RecordingFolder]],
) -> None:
    """Refuses trees in which it is not clear what is a machine.

    Recordings without a split are all of a machine's; so they lie neither
    beside its splits nor around or within another machine's folder. In the
    plain layout two folders of one name, other than of dates or shifts, might
    be two machines or one.

    Args:
        machines: Folders with recordings, by the folder of their machine.

    Raises:
        ValueError: If it is not clear. The message names two recordings.

    >>> check_layouts({})
    """
    for folders in machines.values():
        _check_mixture(folders)
    _check_nesting(machines)
    _check_namesakes(machines)


def _is_flat(folder: RecordingFolder) -> bool:
    return not (folder.has_split or folder.is_mimii)


def _check_mixture(folders: Sequence[RecordingFolder]) -> None:
    flat = [folder for folder in folders if _is_flat(folder)]
    others = [folder for folder in folders if not _is_flat(folder)]
    if flat and others:
        raise ValueError(
            "All recordings of a machine lie in its splits, or none does. "
            f"Received: {_first(flat[0])} and {_first(others[0])}. Move the "
            f"first to {flat[0].home / 'train'} if it is normal sound to "
            "train on."
        )


def _check_nesting(
    machines: Mapping[pathlib.Path, Sequence[RecordingFolder]],
) -> None:
    flat = {home for home in machines if _is_flat(machines[home][0])}
    for home, (folder, *_) in machines.items():
        for outer in home.parents:
            if outer != home and (
                outer in flat or (home in flat and outer in machines)
            ):
                raise ValueError(
                    "A folder with recordings of a machine must not hold "
                    "another machine. Received: "
                    f"{_first(machines[outer][0])} and {_first(folder)}. If "
                    f"both are of the machine {outer.name}, move them to "
                    f"{outer / 'train'}; if not, give each machine a folder "
                    "beside the other."
                )


def _check_namesakes(
    machines: Mapping[pathlib.Path, Sequence[RecordingFolder]],
) -> None:
    found: dict[str, pathlib.Path] = {}
    for home, folders in machines.items():
        plain = [folder for folder in folders if not folder.is_mimii]
        if not plain or is_dcase(plain):
            continue
        other = found.setdefault(folders[0].machine, home)
        if _without_times(other) != _without_times(home):
            raise ValueError(
                "Machines must have names of their own. Received: two folders "
                f"{folders[0].machine}, with {_first(machines[other][0])} and "
                f"{_first(plain[0])}. If they are two machines, rename one; "
                "if they are one, give the folders above them as DATA, each "
                "by itself."
            )


def _without_times(home: pathlib.Path) -> list[str]:
    times = mark_times(home.parts)
    return [
        name
        for name, is_time in zip(home.parts, times, strict=True)
        if not is_time
    ]


def _first(folder: RecordingFolder) -> str:
    return str(folder.path / folder.names[0])
