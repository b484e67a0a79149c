"""Auxiliary classes of the training clips, and machines as they are asked."""

import dataclasses
from collections.abc import Sequence

from pipelines.datasets.clip import Clip

# Speeds of the transformed copies that stand in for further classes where
# there is only one. A semitone apart and more: pitch and tempo move together.
SPEEDS = (0.84, 0.92, 1.09, 1.19)


@dataclasses.dataclass(frozen=True)
class Example:
    """A clip to train on, at a speed, as a class.

    Args:
        clip: The recording.
        class_name: Of its auxiliary class.
        speed: At which it is heard.
        place: Where in a longer clip training listens, from 0, its
            beginning, to 1, its end.

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
    """Class names in order, and which of them each machine's key means.

    Args:
        classes: Names of the auxiliary classes, sorted.
        keys: From `<machine>/<section>`, and from each bare `<machine>`, to
            the indices of its classes.
        groups: From the same names to the groups that a scorer is fitted
            on: one for each `<machine>/<section>`.

    >>> keys = {"fan": (0, 1), "fan/id_00": (0,), "fan/id_02": (1,)}
    >>> LabelMap(("fan/id_00", "fan/id_02"), keys).keys["fan"]
    (0, 1)
    """

    classes: tuple[str, ...]
    keys: dict[str, tuple[int, ...]]
    groups: dict[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)

    @property
    def first_own_class(self) -> int:
        """Index of the first class that is one of the machines' own."""
        indices = {index for own in self.keys.values() for index in own}
        return min(indices, default=0)


def class_name(clip: Clip, classes: str, with_domain: bool = False) -> str:
    """Name of a clip's auxiliary class.

    Args:
        clip: The recording.
        classes: `"one"`, `"machine"`, `"section"` or `"attributes"`.
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
    """The clips as examples of their own classes; see `class_name`.

    >>> make_examples([], "section")
    []
    """
    return [
        Example(clip, class_name(clip, classes, with_domain)) for clip in clips
    ]


def add_speeds(examples: Sequence[Example]) -> list[Example]:
    """The examples and their copies at other speeds, each speed a class.

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
    """Every example at so many places, evenly from beginning to end.

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
    """The classes of the examples, and keys for the machines one owns.

    Args:
        examples: All that is trained on.
        own: Those of them that show a machine as it should be; without
            transformed copies and contrasts.

    Returns:
        A `LabelMap`. A machine's key means all classes of that machine and
        section, a bare machine all classes of all its sections.

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
    """Name of the network that a section's clips go to.

    Args:
        key: `<machine>/<section>`.
        networks: `one`, or one for each `machine` or `section`.

    >>> part_name("fan/id_00", "machine"), part_name("fan/id_00", "section")
    ('fan', 'fan/id_00')
    """
    if networks == "one":
        return ""
    return key.rpartition("/")[0] if networks == "machine" else key
