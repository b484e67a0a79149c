"""Plain layout: `<machine>/{train,test}/...` with names of any kind."""

import pathlib
import re
from collections.abc import Iterable
from collections.abc import Iterator

from pipelines.datasets.clip import Clip
from pipelines.datasets.recording_folder import RecordingFolder

# Word -> is_anomaly. In file names they are whole words between anything
# that is not a letter; `good` there would misread `no_good`.
_NAME_WORDS = {
    "normal": False,
    "anomaly": True,
    "anomalous": True,
    "abnormal": True,
}
_FOLDER_WORDS = _NAME_WORDS | {"good": False, "bad": True}
_NOT_LETTERS = re.compile(r"[\W\d_]+")


def read_folder(folders: Iterable[RecordingFolder]) -> Iterator[Clip]:
    """Yields the clips of one machine in the plain layout.

    Recordings lie at `<machine>/<split>/[<section>/][<label>/]`. The split
    is `train`, `test`, `source_test` or `target_test`; without a folder of
    its own the section is `"all"`. The label is that of a folder named
    normal, good, anomaly, anomalous, abnormal or bad, or by one of these
    words, except good and bad, in the file name: `3_normal.wav`,
    `abnormal-12.wav`. Capitals do not matter. A clip without a label counts
    as normal in `train` and has `is_anomaly` `None` in `test`.

    Raises:
        ValueError: If two labels contradict each other, if an anomaly lies
            in `train`, or if more than one folder could be the section.
            The message names the recording.

    >>> folder = RecordingFolder(
    ...     pathlib.Path("press/test/left"), "press", ("test", "left"),
    ...     ("3_normal.wav", "4.wav"))
    >>> [(clip.key, clip.is_anomaly) for clip in read_folder([folder])]
    [('press/left', False), ('press/left', None)]
    """
    for folder in folders:
        inner = folder.below[1:]
        sections = [
            name for name in inner if name.casefold() not in _FOLDER_WORDS
        ]
        if len(sections) > 1:
            raise ValueError(
                "Between split and recording there may be one folder that "
                "names the section and one that names the label. Received: "
                f"{folder.path / folder.names[0]}. List such recordings in "
                "a CSV with the columns path, machine, section, split, label."
            )
        split, domain = folder.split
        for name in folder.names:
            path = folder.path / name
            is_anomaly = _read_label(path, inner)
            if split == "train" and is_anomaly:
                raise ValueError(
                    "Recordings in `train` must be normal. "
                    f"Received: {path}. Does it belong to `test`?"
                )
            yield Clip(
                path=path,
                machine=folder.machine,
                section=sections[0] if sections else "all",
                split=split,
                is_anomaly=False if split == "train" else is_anomaly,
                domain=domain,
            )


def _read_label(path: pathlib.Path, inner: tuple[str, ...]) -> bool | None:
    words = _NOT_LETTERS.split(path.stem.casefold())
    labels = {_NAME_WORDS.get(word) for word in words}
    labels |= {_FOLDER_WORDS.get(name.casefold()) for name in inner}
    labels.discard(None)
    if len(labels) > 1:
        raise ValueError(
            "The folders and the name of a recording must have one label. "
            f"Received: {path}, which has both normal and anomaly."
        )
    return labels.pop() if labels else None
