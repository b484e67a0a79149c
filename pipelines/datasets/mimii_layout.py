"""MIMII layout: the original tree, which has no split."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.datasets.clip import Clip
from pipelines.datasets.recording_folder import RecordingFolder


def read_mimii(folders: Iterable[RecordingFolder], seed: int) -> Iterator[Clip]:
    """Yields the clips of one machine, `<id>/{normal,abnormal}/*.wav`.

    Each id is split on its own: every abnormal clip goes to test, with as
    many normal ones, but at most half of them; the other normal clips are
    for training. The draw is a hash of seed, machine, id and file name: it
    does not depend on the other ids, and recordings of the same name at
    several signal-to-noise ratios stay on the same side.

    Reference: Purohit et al., https://arxiv.org/abs/1909.09347 (the tree)

    >>> import pathlib
    >>> normal = RecordingFolder(
    ...     pathlib.Path("fan/id_00/normal"), "fan", ("id_00", "normal"),
    ...     ("1.wav", "2.wav", "3.wav"))
    >>> [clip.split for clip in read_mimii([normal], seed=0)]
    ['train', 'train', 'train']
    """
    sections: dict[str, dict[bool, RecordingFolder]] = defaultdict(dict)
    for folder in folders:
        section, label = folder.below
        sections[section][label == "abnormal"] = folder
    for section, labelled in sections.items():
        num_anomalies = len(labelled[True].names) if True in labelled else 0
        for is_anomaly, folder in labelled.items():
            held_out = set(folder.names)
            if not is_anomaly:
                num_held_out = min(num_anomalies, len(folder.names) // 2)
                drawn = _draw_order(folder, seed)
                held_out = set(drawn[:num_held_out])
            for name in folder.names:
                yield Clip(
                    path=folder.path / name,
                    machine=folder.machine,
                    section=section,
                    split="test" if name in held_out else "train",
                    is_anomaly=is_anomaly,
                )


def _draw_order(folder: RecordingFolder, seed: int) -> list[str]:
    def digest(name: str) -> bytes:
        key = f"{seed}/{folder.machine}/{folder.below[0]}/{name}"
        return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()

    return sorted(folder.names, key=digest)
