"""Training tasks of the networks: their clips, classes and examples."""

import dataclasses
import logging
import pathlib
from collections.abc import Iterable
from collections.abc import Sequence

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import Example
from pipelines.runs.labels import LabelMap
from pipelines.runs.labels import add_speeds
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.labels import part_name
from pipelines.runs.labels import spread_windows
from pipelines.settings.config import Config

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Task:
    """Training task of one network.

    Args:
        name: Name of the network; empty for a single network.
        listed: Clips of the network with their roles.
        examples: Examples that it trains and validates on.
        label_map: Auxiliary classes of the examples.

    >>> Task("fan", (), (), LabelMap(("fan/id_00",), {})).name
    'fan'
    """

    name: str
    listed: Sequence[ListedClip]
    examples: Sequence[Example]
    label_map: LabelMap


def list_tasks(listed: Sequence[ListedClip], config: Config) -> list[Task]:
    """The training task of each network of a run.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> [task] = list_tasks([ListedClip(clip, "train")], Config())
    >>> task.label_map.keys["fan"]
    (0,)
    """
    return [
        Task(name, clips, *list_examples(clips, config))
        for name, clips in part_clips(listed, config).items()
    ]


def class_names(
    examples: Iterable[Example], clips: Sequence[InspectedClip]
) -> list[str]:
    """Name of the auxiliary class of each clip at its original speed.

    >>> class_names([], [])
    []
    """
    names: dict[pathlib.Path, str] = {}
    for example in examples:
        names.setdefault(example.clip.path, example.class_name)
    return [names[inspected.clip.path] for inspected in clips]


def part_clips(
    listed: Sequence[ListedClip], config: Config
) -> dict[str, list[ListedClip]]:
    """Clips of each network, by the sorted names of the networks.

    The outliers of a flow, which are clips of other sections of its machine,
    have the role `contrast`.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> list(part_clips([ListedClip(clip, "train")], Config()))
    ['']
    """
    if config.is_one_network:
        return {"": list(listed)}
    normals = [entry for entry in listed if entry.role in ("train", "held out")]
    names = {part_name(entry.clip.key, config.networks) for entry in normals}
    parts: dict[str, list[ListedClip]] = {name: [] for name in sorted(names)}
    for entry in listed:
        if entry.role == "contrast":
            for part in parts.values():
                part.append(entry)
    for entry in normals:
        name = part_name(entry.clip.key, config.networks)
        parts[name].append(entry)
        if config.loss.has_outliers and entry.role == "train":
            for sibling in names - {name}:
                if sibling.rpartition("/")[0] == entry.clip.machine:
                    outlier = dataclasses.replace(entry, role="contrast")
                    parts[sibling].append(outlier)
    for name, part in parts.items():
        has_outliers = any(entry.role == "contrast" for entry in part)
        if config.loss.has_outliers and not has_outliers:
            logger.warning(
                "the flow has no outliers, as %s is alone in its machine",
                name,
            )
    return parts


def join_label_maps(label_maps: Sequence[LabelMap]) -> LabelMap:
    """Concatenates the classes and groups of several networks.

    >>> first = LabelMap(("a",), {"fan": (0,)}, {"fan": (0,)})
    >>> second = LabelMap(("b",), {"pump": (0,)}, {"pump": (0,)})
    >>> join_label_maps([first, second]).keys
    {'fan': (0,), 'pump': (1,)}
    """
    classes: tuple[str, ...] = ()
    num_groups = 0
    keys: dict[str, list[int]] = {}
    groups: dict[str, list[int]] = {}
    for label_map in label_maps:
        for table, first, part in (
            (keys, len(classes), label_map.keys),
            (groups, num_groups, label_map.groups),
        ):
            for name, indices in part.items():
                moved = [first + index for index in indices]
                table.setdefault(name, []).extend(moved)
        classes += label_map.classes
        num_groups += 1 + max(
            (max(indices) for indices in label_map.groups.values() if indices),
            default=-1,
        )
    return LabelMap(
        classes,
        {key: tuple(keys[key]) for key in sorted(keys)},
        {key: tuple(groups[key]) for key in sorted(groups)},
    )


def list_examples(
    listed: Sequence[ListedClip], config: Config
) -> tuple[list[Example], LabelMap]:
    """Examples of a network and their auxiliary classes.

    Args:
        listed: Clips of the network with their roles.
        config: Settings of the run.

    Returns:
        The examples, and the label map.

    >>> import pathlib
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> listed = [ListedClip(clip, "train")]
    >>> list_examples(listed, Config())[1].classes
    ('fan/id_00', 'fan/id_00@0.84', 'fan/id_00@0.92', 'fan/id_00@1.09', ...
    """
    clips = {
        role: [entry.clip for entry in listed if entry.role == role]
        for role in ("train", "held out", "contrast")
    }
    normals = make_examples(
        clips["train"] + clips["held out"],
        config.classes,
        config.domain_classes,
    )
    is_alone = len({example.class_name for example in normals}) == 1
    examples = normals
    if config.loss.has_outliers or config.adds_built_in(is_alone):
        examples = normals + [
            Example(clip, f"contrast/{clip.key}") for clip in clips["contrast"]
        ]
    elif is_alone and config.needs_classes:
        examples = add_speeds(normals)
    label_map = make_label_map(examples, normals)
    if config.is_trained:
        examples = spread_windows(examples, config.windows_per_clip)
    return examples, label_map
