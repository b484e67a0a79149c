"""Which network a section belongs to, where there are several."""

import dataclasses
import logging
from collections.abc import Sequence

from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import LabelMap
from pipelines.runs.labels import part_name
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


def part_clips(
    listed: Sequence[ListedClip], config: Config
) -> dict[str, list[ListedClip]]:
    """The clips that each network trains on, by its name, names sorted.

    A flow's outliers, the clips of other sections of its machine, are in the
    role of a contrast.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> list(part_clips([ListedClip(clip, "train")], Config()))
    ['']
    """
    if config.networks == "one":
        return {"": list(listed)}
    own = [one for one in listed if one.role in ("train", "held out")]
    names = {part_name(one.clip.key, config.networks) for one in own}
    parts: dict[str, list[ListedClip]] = {name: [] for name in sorted(names)}
    for entry in listed:
        if entry.role == "contrast":
            for part in parts.values():
                part.append(entry)
    for entry in own:
        name = part_name(entry.clip.key, config.networks)
        parts[name].append(entry)
        if config.loss == "outlier_exposure" and entry.role == "train":
            for sibling in names - {name}:
                if sibling.rpartition("/")[0] == entry.clip.machine:
                    outlier = dataclasses.replace(entry, role="contrast")
                    parts[sibling].append(outlier)
    for name, part in parts.items():
        has_outliers = any(one.role == "contrast" for one in part)
        if config.loss == "outlier_exposure" and not has_outliers:
            logger.warning(
                "%s is alone of its machine: its flow learns without outliers",
                name,
            )
    return parts


def join_label_maps(label_maps: Sequence[LabelMap]) -> LabelMap:
    """The classes and groups of several networks, one behind the other.

    >>> first = LabelMap(("a",), {"fan": (0,)}, {"fan": (0,)})
    >>> second = LabelMap(("b",), {"pump": (0,)}, {"pump": (0,)})
    >>> join_label_maps([first, second]).keys
    {'fan': (0,), 'pump': (1,)}
    """
    classes: tuple[str, ...] = ()
    num_groups = 0
    keys: dict[str, list[int]] = {}
    groups: dict[str, list[int]] = {}
    for one in label_maps:
        for table, first, own in (
            (keys, len(classes), one.keys),
            (groups, num_groups, one.groups),
        ):
            for name, places in own.items():
                moved = [first + place for place in places]
                table.setdefault(name, []).extend(moved)
        classes += one.classes
        num_groups += 1 + max(
            (place for places in one.groups.values() for place in places),
            default=-1,
        )
    return LabelMap(
        classes,
        {key: tuple(places) for key, places in sorted(keys.items())},
        {key: tuple(places) for key, places in sorted(groups.items())},
    )
