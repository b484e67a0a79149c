"""DCASE layout: folders and file names of Task 2, 2020 to 2026."""

import dataclasses
import pathlib
import re
from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.datasets.clip import Clip
from pipelines.datasets.recording_folder import RecordingFolder
from pipelines.datasets.tree_position import SPLITS

# DCASE 2024 and 2025 write this word where attributes are withheld.
_WITHHELD = "noAttribute"
_NAME = re.compile(r"[a-z](?:[a-z0-9-]*[a-z])?")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_UNIT = re.compile(r"[A-Za-z]+")
_GROUP = re.compile(
    r"([A-Z]?[a-z]+|[A-Z])"
    r"([0-9]+(?:\.[0-9]+)?(?:[A-Z](?![a-z0-9]))?|[A-Z](?![a-z0-9]))"
)


def parse_attributes(text: str) -> tuple[tuple[str, str], ...]:
    """Reads pairs of name and value from the tail of a DCASE file name.

    The words between underscores are taken from left to right:

    1. a name (small letters, as in `vel` or `m-n`) takes the next word as
       its value: `vel_16_loc_A`;
    2. a number takes the next word as its unit, which becomes the name:
       `25_mm` (DCASE 2021);
    3. a word of letters run into values is taken apart: `weight15`,
       `BckgA` (2024), `A1Spd28VMic1` (2021);
    4. any other word is kept as a name with an empty value.

    `noAttribute` stands for none. Nothing else is lost.

    >>> parse_attributes("car_C2_spd_31V")
    (('car', 'C2'), ('spd', '31V'))
    >>> parse_attributes("weight15_BckgA")
    (('weight', '15'), ('Bckg', 'A'))
    >>> parse_attributes("strength_1_ambient")
    (('strength', '1'), ('ambient', ''))
    """
    words = [word for word in text.split("_") if word not in ("", _WITHHELD)]
    pairs: list[tuple[str, str]] = []
    while words:
        word = words.pop(0)
        if words and _NAME.fullmatch(word):
            pairs.append((word, words.pop(0)))
        elif words and _NUMBER.fullmatch(word) and _UNIT.fullmatch(words[0]):
            pairs.append((words.pop(0), word))
        else:
            groups = _GROUP.findall(word)
            is_whole = "".join(map("".join, groups)) == word
            pairs.extend(groups if is_whole else [(word, "")])
    return tuple(pairs)


_GRAMMARS = (
    # 2020: normal_id_00_00000000; in the evaluation test id_01_00000000.
    re.compile(
        r"(?:(?P<label>normal|anomaly)_)?(?P<section>id_[0-9]{2})_[0-9]+"
    ),
    # 2021 to 2026: section_00_source_train_normal_0000_vel_16. The test
    # clips of RoboticArm (2024) are also in circulation without `_test`.
    re.compile(
        r"(?P<section>section_[0-9]{2})_(?P<domain>source|target)"
        r"(?:_(?P<split>train|test))?_(?P<label>normal|anomaly)_[0-9]+"
        r"(?:_(?P<attributes>.*))?"
    ),
    # Evaluation tests: section_03_source_test_0000 in 2021, section_00_0000
    # from 2022 on.
    re.compile(
        r"(?P<section>section_[0-9]{2})"
        r"(?:_(?P<domain>source|target)_(?P<split>test))?_[0-9]+"
    ),
)


@dataclasses.dataclass(frozen=True)
class DcaseName:
    """The parts of a DCASE file name; `None` for one that it lacks."""

    section: str
    domain: str | None = None
    split: str | None = None
    is_anomaly: bool | None = None
    attributes: tuple[tuple[str, str], ...] = ()


def parse_dcase_name(name: str) -> DcaseName | None:
    """Reads a file name of DCASE Task 2, of any year from 2020 to 2026.

    Args:
        name: File name with its suffix, or a path, whose last part is read.

    Returns:
        Parts of the name, or `None` if it is no DCASE name.

    >>> parse_dcase_name("normal_id_04_00000012.wav").section
    'id_04'
    >>> parse_dcase_name("section_00_source_test_anomaly_0003_vel_6.wav")
    ... # doctest: +NORMALIZE_WHITESPACE
    DcaseName(section='section_00', domain='source', split='test',
              is_anomaly=True, attributes=(('vel', '6'),))
    >>> parse_dcase_name("holiday.wav") is None
    True
    """
    stem = pathlib.PurePath(name).stem
    for grammar in _GRAMMARS:
        if match := grammar.fullmatch(stem):
            parts = match.groupdict()
            label = parts.get("label")
            return DcaseName(
                section=parts["section"],
                domain=parts.get("domain"),
                split=parts.get("split"),
                is_anomaly=None if label is None else label == "anomaly",
                attributes=parse_attributes(parts.get("attributes") or ""),
            )
    return None


def is_dcase(folders: Iterable[RecordingFolder]) -> bool:
    """Whether any recording of a machine has the layout of DCASE.

    >>> is_dcase([])
    False
    """
    return any(
        _is_in_split(folder) and parse_dcase_name(name)
        for folder in folders
        for name in folder.names
    )


def read_dcase(folders: Iterable[RecordingFolder]) -> Iterator[Clip]:
    """Yields the clips of one machine of DCASE 2020 to 2026.

    Raises:
        ValueError: If a name is no DCASE name, or if name and folder
            disagree. The message names the recording.

    >>> folder = RecordingFolder(
    ...     pathlib.Path("fan/train"), "fan", ("train",),
    ...     ("normal_id_00_00000000.wav",))
    >>> [clip.key for clip in read_dcase([folder])]
    ['fan/id_00']
    """
    for folder in folders:
        for name in folder.names:
            yield _read_clip(folder, name)


def _is_in_split(folder: RecordingFolder) -> bool:
    return bool(folder.below) and folder.below[-1].casefold() in SPLITS


def _read_clip(folder: RecordingFolder, name: str) -> Clip:
    path = folder.path / name
    parsed = parse_dcase_name(name)
    if parsed is None or not _is_in_split(folder):
        raise ValueError(
            "The folders of a DCASE machine must hold DCASE names only, such "
            "as `normal_id_00_00000000.wav`, "
            "`section_00_source_train_normal_0000_vel_16.wav` or, without a "
            "label, `section_00_0000.wav`, directly in `train` or `test`. "
            f"Received: {path}. Move recordings of your own to a machine "
            "folder of their own."
        )
    split, domain = folder.split
    if parsed.split not in (None, split) or (
        domain and parsed.domain not in (None, domain)
    ):
        raise ValueError(
            "A recording's name and folder must have the same split and "
            f"domain. Received: {path}. Is it in the wrong folder?"
        )
    if split == "train" and parsed.is_anomaly is not False:
        raise ValueError(
            "A DCASE recording in `train` must be named `normal`. "
            f"Received: {path}. Does it belong to `test`?"
        )
    return Clip(
        path=path,
        machine=folder.machine,
        section=parsed.section,
        split=split,
        is_anomaly=parsed.is_anomaly,
        domain=parsed.domain or domain,
        attributes=parsed.attributes,
    )
