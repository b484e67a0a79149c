"""Recording sessions: what folders and names say about when a clip was made."""

import collections
import dataclasses
import datetime
import pathlib
import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines.datasets.clip import Clip
from pipelines.datasets.recording_folder import SPLITS

_LABELS = {"normal", "good", "anomaly", "anomalous", "abnormal", "bad"}
# A date, and a time that has seconds or stands apart from its minutes.
_DATE = re.compile(
    r"(?<!\d)(?P<date>(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\2"
    r"(?:0[1-9]|[12]\d|3[01]))"
    r"(?:[T_ .-]?(?P<time>(?:[01]\d|2[0-3])[-_:h.][0-5]\d(?:[-_:m.][0-5]\d)?"
    r"|(?:[01]\d|2[0-3])[0-5]\d[0-5]\d))?(?!\d)"
)
_CLOCK = re.compile(
    r"(?<!\d)(?:[01]\d|2[0-3])[-_:h.][0-5]\d(?:[-_:m.][0-5]\d)?(?!\d)"
)
# Clips that follow each other by less are of one session.
LEAST_GAP = datetime.timedelta(minutes=10)
USUAL_GAPS = 10


def with_sessions(clips: Iterable[Clip]) -> list[Clip]:
    """Fills in the recording session of every clip that has none.

    A session is the folder between the split and the recording, if there is
    one that names neither section nor label; else a date in the file name, or
    where times follow it, clips without a gap between them: a gap is ten
    minutes or more, and ten times the usual one of the section. Without any of
    these the session stays empty, which means unknown.

    Args:
        clips: Clips of any machines.

    >>> import pathlib
    >>> names = ["a_20240305_1.wav", "a_20240306_2.wav", "b.wav"]
    >>> clips = [Clip(pathlib.Path("fan/train", name), "fan", "all", "train",
    ...     False) for name in names]
    >>> [clip.session for clip in with_sessions(clips)]
    ['2024-03-05', '2024-03-06', '']
    """
    found = []
    times: dict[tuple[str, str], dict[int, datetime.datetime]] = {}
    for index, clip in enumerate(clips):
        session = clip.session or _folder(clip)
        if not session and (match := _DATE.search(clip.path.stem)):
            session = _read_date(match["date"])
            if session and match["time"]:
                moment = datetime.datetime.fromisoformat(session)
                moment += _read_time(match["time"])
                times.setdefault((clip.key, clip.split), {})[index] = moment
        found.append(dataclasses.replace(clip, session=session))
    for moments in times.values():
        for index, session in _split_at_gaps(moments).items():
            found[index] = dataclasses.replace(found[index], session=session)
    return found


def recording_time(path: pathlib.PurePath) -> datetime.datetime | None:
    """When a clip was recorded, by its name, or by the nearest dated folder.

    The name may have a time alone, where a folder has the date. Without a
    time, it is the beginning of the day.

    Args:
        path: Path of the recording.

    >>> recording_time(pathlib.PurePath("fan/a_20240305_143000.wav"))
    datetime.datetime(2024, 3, 5, 14, 30)
    >>> recording_time(pathlib.PurePath("fan/2024-03-05/1.wav"))
    datetime.datetime(2024, 3, 5, 0, 0)
    >>> recording_time(pathlib.PurePath("fan/1.wav"))
    """
    clock = _CLOCK.search(path.stem)
    for name in (path.stem, *reversed(path.parts[:-1])):
        if not (moment := find_moment(name)):
            continue
        if name != path.stem and clock and moment.time() == datetime.time():
            return moment + _read_time(clock[0])
        return moment
    return None


def find_moment(text: str) -> datetime.datetime | None:
    """The date in a text, with the time that follows it; else at midnight.

    Args:
        text: Name of a file or folder, or a tag of a recording.

    >>> find_moment("Recorded 2024-03-05T14:30:00Z").isoformat()
    '2024-03-05T14:30:00'
    >>> find_moment("20240231"), find_moment("2024")
    (None, None)
    """
    match = _DATE.search(text)
    if not match or not (day := _read_date(match["date"])):
        return None
    moment = datetime.datetime.fromisoformat(day)
    return moment + _read_time(match["time"]) if match["time"] else moment


def session_groups(keys: Sequence[str], sessions: Sequence[str]) -> list[str]:
    """Name of every clip's session if its section has several, or nothing.

    Args:
        keys: Section of every clip, `<machine>/<section>`.
        sessions: Session of every clip; empty if unknown.

    Returns:
        Names `<machine>/<section>|<session>`; empty where it is unknown, or the
        only one.

    >>> session_groups(["fan/a", "fan/a", "fan/b"], ["1", "2", "1"])
    ['fan/a|1', 'fan/a|2', '']
    """
    of_key = collections.defaultdict(set)
    for key, session in zip(keys, sessions, strict=True):
        of_key[key].add(session)
    return [
        f"{key}|{session}" if session and len(of_key[key] - {""}) > 1 else ""
        for key, session in zip(keys, sessions, strict=True)
    ]


def _folder(clip: Clip) -> str:
    """Folders between split and recording but for section and label."""
    folders = clip.path.parts[:-1]
    for index in range(len(folders) - 1, 0, -1):
        if folders[index].casefold() in SPLITS:
            return "/".join(
                name
                for name in folders[index + 1 :]
                if name != clip.section and name.casefold() not in _LABELS
            )
    return ""


def _read_date(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    try:
        return datetime.datetime.strptime(digits, "%Y%m%d").date().isoformat()
    except ValueError:
        return ""


def _read_time(text: str) -> datetime.timedelta:
    digits = re.sub(r"\D", "", text).ljust(6, "0")
    hours, minutes, seconds = (int(digits[i : i + 2]) for i in (0, 2, 4))
    return datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _split_at_gaps(
    moments: Mapping[int, datetime.datetime],
) -> dict[int, str]:
    """The beginning of the session of every moment."""
    order = sorted(moments, key=lambda index: moments[index])
    gaps = [
        moments[after] - moments[before]
        for before, after in zip(order, order[1:], strict=False)
    ]
    usual = sorted(gaps)[len(gaps) // 2] if gaps else LEAST_GAP
    sessions = {}
    start = moments[order[0]]
    for index, gap in zip(order, [LEAST_GAP * 0, *gaps], strict=True):
        if gap >= max(LEAST_GAP, USUAL_GAPS * usual):
            start = moments[index]
        sessions[index] = start.isoformat()
    return sessions
