"""Reading of data folders of any layout into clips."""

import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.datasets.clip import Clip
from pipelines.datasets.csv_layout import find_table
from pipelines.datasets.csv_layout import read_table
from pipelines.datasets.dcase_layout import is_dcase
from pipelines.datasets.dcase_layout import read_dcase
from pipelines.datasets.layout_checks import check_layouts
from pipelines.datasets.mimii_layout import read_mimii
from pipelines.datasets.plain_layout import read_folder
from pipelines.datasets.recording_folder import LAYOUTS
from pipelines.datasets.recording_folder import RecordingFolder
from pipelines.datasets.recording_folder import walk_recordings
from pipelines.datasets.sessions import with_sessions


def read_clips(
    root: str | os.PathLike[str], seed: int = 0, sections: str = "auto"
) -> list[Clip]:
    """Lists the clips below a folder, or in a CSV, sorted by path.

    Every machine folder may have a layout of its own:

    - DCASE 2020 to 2026: `<machine>/{train,test}/*.wav`, in 2021
      `<machine>/{train,source_test,target_test}/*.wav`, with the official
      names, development and evaluation. The `supplemental` clips of 2025
      are neither train nor test and are left out.
    - MIMII: `<machine>/<id>/{normal,abnormal}/*.wav`. There is no split:
      see `pipelines.datasets.mimii_layout.read_mimii` for the one made here.
    - Plain: `<machine>/{train,test}/[<section>/][<label>/]*.wav`, or
      `<machine>/*.wav`, normal sound to train on; dates and shifts may stand
      between, see `pipelines.datasets.plain_layout.read_folder`.
    - A CSV with the columns path, machine, split and label, see
      `pipelines.datasets.csv_layout.read_table`. Where the folder holds one, it
      alone counts.

    Any folders may stand between `root` and the machines, and `root` may
    be the folder of one machine, or its split. Machines of the same name are
    one machine; in the plain layout they must lie in one folder, or in folders
    of dates or shifts. Recording sessions are told by
    `pipelines.datasets.sessions`. Only names are read, no recording is opened.
    Recordings end in `.wav`, `.flac`, `.ogg` or `.mp3`; hidden files are passed
    over.

    Args:
        root: Path of a folder or CSV.
        seed: Seed of the split of MIMII's machines.
        sections: Setting of the plain layout, see
            `pipelines.datasets.folder_sections.FolderSections`.

    Raises:
        FileNotFoundError: If `root` is missing or holds no recordings.
        ValueError: If a recording's path fits no layout or more than one, or
            an anomaly lies in a train split. The message names it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as root:
    ...     folder = pathlib.Path(root, "fan", "test")
    ...     folder.mkdir(parents=True)
    ...     (folder / "anomaly_id_00_00000000.wav").touch()
    ...     (folder / "normal_id_00_00000000.wav").touch()
    ...     [(clip.key, clip.is_anomaly) for clip in read_clips(root)]
    [('fan/id_00', True), ('fan/id_00', False)]
    """
    root = pathlib.Path(root)
    table = find_table(root)
    if table is None and not root.is_dir():
        raise FileNotFoundError(
            "`root` must be a folder of recordings, or a CSV. "
            f"Received: root={root}. {LAYOUTS}"
        )
    clips = (
        read_table(table) if table else list(_read_tree(root, seed, sections))
    )
    if not clips:
        raise FileNotFoundError(
            "`root` must hold recordings of a train or test split. Received: "
            f"root={root}, which has none. {LAYOUTS}"
        )
    clips = sorted(clips, key=lambda clip: clip.path.as_posix())
    return with_sessions(clips)


def _read_tree(root: pathlib.Path, seed: int, sections: str) -> Iterator[Clip]:
    machines: dict[pathlib.Path, list[RecordingFolder]] = {}
    for folder in walk_recordings(root):
        machines.setdefault(folder.home, []).append(folder)
    check_layouts(machines)
    for folders in machines.values():
        mimii = [folder for folder in folders if folder.is_mimii]
        others = [folder for folder in folders if not folder.is_mimii]
        if is_dcase(others):
            yield from read_dcase(others)
        else:
            yield from read_folder(others, sections)
        yield from read_mimii(mimii, seed)


def read_all_clips(
    roots: Sequence[str], seed: int, sections: str = "auto"
) -> list[Clip]:
    """Returns the clips of several data folders, each recording once.

    Args:
        roots: Paths of folders or CSVs; see `read_clips` for the errors.
        seed: Seed of the split of MIMII's machines.
        sections: Setting of the plain layout, as in `read_clips`.

    >>> import tempfile
    >>> from pipelines.datasets.synthetic import SyntheticSettings
    >>> from pipelines.datasets.synthetic import generate
    >>> settings = SyntheticSettings(("fan",), num_ids=1, num_train=1,
    ...     num_train_target=0, num_test_normal=0, num_test_anomaly=0,
    ...     seconds=0.5)
    >>> root = tempfile.mkdtemp()
    >>> paths = generate(root, settings)
    >>> [clip.key for clip in read_all_clips([root, root], seed=0)]
    ['fan/section_00']
    """
    clips: dict[pathlib.Path, Clip] = {}
    for root in roots:
        for clip in read_clips(root, seed, sections):
            clips.setdefault(clip.path.resolve(), clip)
    return list(clips.values())
