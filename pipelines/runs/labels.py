"""Auxiliary classes of training clips, and the classes of each machine."""

import dataclasses
from collections.abc import Sequence

from pipelines.datasets.clip import Clip

# Speeds of the copies that serve as further classes where there is only one.
# They differ by a semitone or more; pitch and tempo change together.
SPEEDS = (0.84, 0.92, 1.09, 1.19)


@dataclasses.dataclass(frozen=True)
class Example:
    """A training example: a clip, its auxiliary class and its speed.

    Args:
        clip: The clip.
        class_name: Name of its auxiliary class.
        speed: Factor on the playback speed; pitch and tempo change together.
        place: Position of the window in a longer clip, from 0 (its beginning)
            to 1 (its end).

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> Example(clip, "fan/id_00").speed
    1.0
    """

    clip: Clip
    class_name: str
    speed: float = 1.0
    place: float = 0.0


@dataclasses.dataclass(frozen=True)
class LabelMap:
    """Auxiliary class names, and the classes and groups of each machine.

    Args:
        classes: Names of the auxiliary classes, sorted.
        keys: Mapping from `<machine>/<section>`, and from each bare
            `<machine>`, to the indices of its classes.
        groups: Mapping from the same names to the groups that a scorer is
            fitted on, one for each `<machine>/<section>`.

    >>> keys = {"fan": (0, 1), "fan/id_00": (0,), "fan/id_02": (1,)}
    >>> LabelMap(("fan/id_00", "fan/id_02"), keys).keys["fan"]
    (0, 1)
    """

    classes: tuple[str, ...]
    keys: dict[str, tuple[int, ...]]
    groups: dict[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)

    @property
    def first_own_class(self) -> int:
        """Lowest index of the classes that belong to the machines."""
        indices = {index for own in self.keys.values() for index in own}
        return min(indices, default=0)


def class_name(clip: Clip, classes: str, with_domain: bool = False) -> str:
    """Name of a clip's auxiliary class.

    Args:
        clip: The clip.
        classes: Kind of classes: `"one"`, `"machine"`, `"section"` or
            `"attributes"`.
        with_domain: Whether source and target are different classes.

    >>> import pathlib
    >>> clip = Clip(
    ...     pathlib.Path("a.wav"), "fan", "section_00", "train", False,
    ...     attributes=(("vel", "6"), ("loc", "A")),
    ... )
    >>> class_name(clip, "section"), class_name(clip, "attributes")
    ('fan/section_00', 'fan/section_00/vel_6_loc_A')
    >>> class_name(clip, "machine"), class_name(clip, "one")
    ('fan', 'all')
    """
    name = {"one": "all", "machine": clip.machine}.get(classes, clip.key)
    if classes == "attributes" and clip.attributes:
        words = [part for pair in clip.attributes for part in pair if part]
        name += f"/{'_'.join(words)}"
    return f"{name}#{clip.domain}" if with_domain and clip.domain else name


def make_examples(
    clips: Sequence[Clip], classes: str, with_domain: bool = False
) -> list[Example]:
    """Examples of the clips, with their auxiliary classes by `class_name`.

    >>> make_examples([], "section")
    []
    """
    return [
        Example(clip, class_name(clip, classes, with_domain)) for clip in clips
    ]


def add_speeds(examples: Sequence[Example]) -> list[Example]:
    """The examples and copies at other speeds, each speed a further class.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> [example.class_name for example in add_speeds([Example(clip, "fan")])]
    ['fan', 'fan@0.84', 'fan@0.92', 'fan@1.09', 'fan@1.19']
    """
    copies = [
        Example(example.clip, f"{example.class_name}@{speed}", speed)
        for example in examples
        for speed in SPEEDS
    ]
    return [*examples, *copies]


def spread_windows(
    examples: Sequence[Example], windows_per_clip: int
) -> list[Example]:
    """Copies of every example at evenly spaced positions in the clip.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> [one.place for one in spread_windows([Example(clip, "fan")], 3)]
    [0.0, 0.5, 1.0]
    """
    gaps = max(windows_per_clip - 1, 1)
    return [
        dataclasses.replace(example, place=window / gaps)
        for example in examples
        for window in range(windows_per_clip)
    ]


def make_label_map(
    examples: Sequence[Example], own: Sequence[Example]
) -> LabelMap:
    """Label map of the examples, with keys for the machines of the data.

    Args:
        examples: All examples that are trained on.
        own: Examples among them of the machines of the data, without copies at
            other speeds and without contrast clips.

    Returns:
        A `LabelMap`. A key `<machine>/<section>` maps to all classes of that
        section, a bare `<machine>` to all classes of all its sections.

    >>> import pathlib
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "train", False)
    >>> own = [Example(clip, "fan/id_00")]
    >>> make_label_map(add_speeds(own), own).keys
    {'fan': (0,), 'fan/id_00': (0,)}
    """
    classes = tuple(sorted({example.class_name for example in examples}))
    place = {name: index for index, name in enumerate(classes)}
    keys: dict[str, set[int]] = {}
    for example in own:
        index = place[example.class_name]
        keys.setdefault(example.clip.key, set()).add(index)
        keys.setdefault(example.clip.machine, set()).add(index)
    sections = sorted({example.clip.key for example in own})
    groups: dict[str, list[int]] = {}
    for index, section in enumerate(sections):
        groups.setdefault(section, []).append(index)
    for machine, section in sorted(
        {(example.clip.machine, example.clip.key) for example in own}
    ):
        groups.setdefault(machine, []).append(sections.index(section))
    return LabelMap(
        classes,
        {key: tuple(sorted(keys[key])) for key in sorted(keys)},
        {key: tuple(groups[key]) for key in sorted(groups)},
    )


def part_name(key: str, networks: str) -> str:
    """Name of the network that is trained on the clips of a section.

    Args:
        key: Name `<machine>/<section>` of the section.
        networks: Setting of that name: `one`, `machine` or `section`.

    >>> part_name("fan/id_00", "machine"), part_name("fan/id_00", "section")
    ('fan', 'fan/id_00')
    """
    if networks == "one":
        return ""
    return key.rpartition("/")[0] if networks == "machine" else key
