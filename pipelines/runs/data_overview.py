"""Overview of a run's data: what was understood, before it is trained on."""

from collections.abc import Sequence

from pipelines.files.names import escape_name
from pipelines.files.text_tables import format_table
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.data_notes import cut_notes
from pipelines.runs.data_notes import folder_notes
from pipelines.runs.data_notes import kilohertz
from pipelines.settings.config import Config

HEADER = ("machine", "section", "clips", "seconds", "held out", "recorded")
NUM_ROWS = 10


def describe_data(
    listed: Sequence[ListedClip], config: Config, has_table: bool = False
) -> list[str]:
    r"""Returns a table of the normal clips, and what is not heard of them.

    Args:
        listed: Clips of the run with their roles.
        config: Settings of the run.
        has_table: Whether a CSV lists the clips, so that the names of folders
            mean nothing.

    Returns:
        Lines: a row for each of the first ten sections, with the clips held
        out of training, for calibration; then what is cut, and what the
        folders were taken for.

    >>> import pathlib
    >>> from pipelines.audio.inspected_clip import InspectedClip
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(pathlib.Path("1.wav"), "pump", "all", "train", False)
    >>> good = InspectedClip(clip, "WAV", "PCM_16", 48_000, 1, 96_000, True)
    >>> lines = describe_data([ListedClip(clip, "train", "", good)], Config())
    >>> print(*lines, sep="\n")
    machine    section      clips    seconds    held out  recorded
    ---------  ---------  -------  ---------  ----------  ----------
    pump       all              1          2           0  48 kHz
    all clips are of up to 48 kHz: sound above 8 kHz is not heard; ...
    """
    sections: dict[tuple[str, str], list[ListedClip]] = {}
    for entry in listed:
        if entry.role in ("train", "held out") and entry.inspected:
            key = entry.clip.machine, entry.clip.section
            sections.setdefault(key, []).append(entry)
    rows = [_row(key, entries) for key, entries in sorted(sections.items())]
    lines = format_table(HEADER, rows[:NUM_ROWS], (2, 3, 4)).splitlines()
    if more := rows[NUM_ROWS:]:
        number = sum(int(row[HEADER.index("clips")]) for row in more)
        lines.append(f"and {len(more)} more sections, of {number} clips")
    clips = [
        entry.inspected
        for entries in sections.values()
        for entry in entries
        if entry.inspected
    ]
    lines += cut_notes(clips, config)
    return lines if has_table else lines + folder_notes(clips)


def _row(key: tuple[str, str], entries: Sequence[ListedClip]) -> list[str]:
    clips = [entry.inspected for entry in entries if entry.inspected]
    seconds = sum(clip.num_samples / clip.sampling_rate for clip in clips)
    rates = {clip.sampling_rate for clip in clips}
    channels = {clip.num_channels for clip in clips}
    recorded = _range(kilohertz(min(rates)), kilohertz(max(rates))) + " kHz"
    if max(channels) > 1:
        number = _range(str(min(channels)), str(max(channels)))
        recorded += f", {number} channels"
    num_held_out = sum(entry.role == "held out" for entry in entries)
    return [
        *map(escape_name, key),
        str(len(clips)),
        f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}",
        str(num_held_out),
        recorded,
    ]


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
