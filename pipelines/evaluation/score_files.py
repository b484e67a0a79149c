"""Score files in the format of the DCASE evaluators."""

import csv
import io
import pathlib
import re
from collections import defaultdict
from collections.abc import Sequence

from pipelines import atomic
from pipelines.files.names import escape_name
from pipelines.methods.scored_clip import ScoredClip

_DOMAIN_FOLDERS = ("source_test", "target_test")


def write_score_files(
    folder: pathlib.Path, scored_clips: Sequence[ScoredClip]
) -> list[pathlib.Path]:
    r"""Writes `anomaly_score_<machine>_<section>.csv` for each section.

    The files have two columns, name and score at full precision, no header, and
    are sorted by name. Sections named `section_<number>` get the suffix `_test`
    of the challenges since 2021, and the split into `source_test` and
    `target_test` folders is kept. Ambiguous names include their folder.

    Returns:
        Sorted paths of the files.

    >>> import tempfile
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("a.wav"), "fan", "id_00", "test", True)
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> [path] = write_score_files(folder, [ScoredClip(clip, 0.1)])
    >>> path.name, path.read_text()
    ('anomaly_score_fan_id_00.csv', 'a.wav,0.1\n')

    Reference: DCASE 2020 to 2026 Task 2, submission format.
    """
    groups: dict[str, list[ScoredClip]] = defaultdict(list)
    for scored in scored_clips:
        groups[_file_name(scored)].append(scored)
    for file_name, group in groups.items():
        names = short_names([scored.clip.path for scored in group])
        scores = [repr(float(scored.anomaly_score)) for scored in group]
        atomic.write_text(folder / file_name, csv_text(names, scores))
    return sorted(folder / file_name for file_name in groups)


def csv_text(names: Sequence[str], values: Sequence[str]) -> str:
    r"""Returns two columns as CSV for the evaluators, sorted by name.

    Names are spelt as in `pipelines.files.names`.

    >>> csv_text(["b.wav", "a.wav"], ["0.5", "0.1"])
    'a.wav,0.1\nb.wav,0.5\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(sorted(zip(map(escape_name, names), values, strict=True)))
    return text.getvalue()


def short_names(paths: Sequence[pathlib.Path]) -> list[str]:
    """Returns the last parts of each path, as many as make it unique.

    >>> short_names([pathlib.Path("fan/good/0.wav"), pathlib.Path("1.wav")])
    ['0.wav', '1.wav']
    >>> paths = [pathlib.Path("fan/good/0.wav"), pathlib.Path("fan/bad/0.wav")]
    >>> short_names(paths)
    ['good/0.wav', 'bad/0.wav']
    """
    num_parts, longest = 1, max((len(path.parts) for path in paths), default=1)
    while True:
        names = ["/".join(path.parts[-num_parts:]) for path in paths]
        if num_parts >= longest or len(set(names)) == len(set(paths)):
            return names
        num_parts += 1


def _file_name(scored: ScoredClip) -> str:
    clip = scored.clip
    name = f"anomaly_score_{clip.machine}_{clip.section}"
    if re.fullmatch(r"section_\d+", clip.section):
        part = clip.path.parent.name
        name += f"_{part}" if part in _DOMAIN_FOLDERS else "_test"
    # Names come from folders or tables; none may lead out of this folder.
    return re.sub(r'[/\\:*?"<>|%\x00-\x1f]', _percent_code, name) + ".csv"


def _percent_code(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02X}"
