"""Time names: folder names that are dates, times of day or shifts."""

import re
from collections.abc import Sequence

_MONTHS = (
    "january february march april june july august september october november "
    "december januar februar märz mai juni juli oktober dezember "
    "jan feb apr jun jul aug sep sept oct okt nov dec dez"
)
_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday weekday weekend "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag wochenende"
)
_SHIFTS = (
    "shift early late night morning forenoon noon midday afternoon evening "
    "schicht früh frueh spät spaet nacht morgen vormittag mittag nachmittag "
    "abend frühschicht fruehschicht spätschicht spaetschicht nachtschicht "
    "dayshift nightshift"
)
_SPANS = "day week month year kw tag woche monat jahr session"
# One of these makes a name a time.
_TIME_WORDS = frozenset(f"{_MONTHS} {_DAYS} {_SHIFTS} {_SPANS}".split())
# These do so only beside another.
_COMPANIONS = frozenset(
    "may mar mon tue wed thu fri sat sun first second third st nd rd th the "
    "of at am pm uhr hour shifts tagschicht".split()
)
_YEAR = r"(?:19[89]|20\d)\d"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]?\d|2[0-3])[-_:.h]?[0-5]\d(?:[-_:.m]?[0-5]\d)?"
_TIME = re.compile(
    rf"(?<!\d)(?:"
    rf"{_YEAR}[-_. ]{_MONTH}[-_. ]{_DAY}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|"
    rf"[12]\d|3[01])|{_DAY}[-_. ]{_MONTH}[-_. ]{_YEAR}|"
    rf"{_MONTH}[-_. ]{_DAY}[-_. ]{_YEAR}|{_YEAR}[-_. ]?w\d\d?|"
    rf"{_YEAR}[-_. ]{_MONTH}|{_YEAR}|(?:[01]?\d|2[0-3])[:h][0-5]\d"
    rf")(?:[t_ -]+{_CLOCK})?z?(?!\d)"
)
# Below a folder that is a time: 05, 1430, 14-30, 14_30_00.
_NUMBERS = re.compile(r"\d{1,6}|\d\d?([-_.]\d\d){1,2}")
_WORD = re.compile(r"[^\W\d_]+|\d+")


def is_time(name: str, is_below_time: bool = False) -> bool:
    """Whether a folder's name is a date, a time of day or a shift.

    All of the name must be one: `2024-05-01_early` is a time, and
    `2024-05-01 pump` is not. A bare number is a time only in a folder that is
    one, as in `2024/05/01`.

    Args:
        name: Name of the folder.
        is_below_time: Whether the folder lies in one with such a name.

    >>> [is_time(name) for name in ("2024-05-01", "night shift", "KW 18")]
    [True, True, True]
    >>> [is_time(name) for name in ("left", "3", "id_00", "pump 2024")]
    [False, False, False, False]
    >>> is_time("05", is_below_time=True)
    True
    """
    rest, num_times = _TIME.subn(" ", name.casefold())
    words = _WORD.findall(rest)
    has_word = any(word in _TIME_WORDS for word in words)
    # A number or letter may name a shift, a week or the day of a month.
    is_all = all(
        word in _TIME_WORDS
        or word in _COMPANIONS
        or (len(word) <= 2 and (has_word or word.isdecimal()))
        for word in words
    )
    is_number = is_below_time and _NUMBERS.fullmatch(name) is not None
    return ((has_word or num_times > 0) and is_all) or is_number


def mark_times(names: Sequence[str]) -> list[bool]:
    """Whether each folder of a chain, from the outside in, is a time.

    >>> mark_times(["pump", "2024", "05", "left"])
    [False, True, True, False]
    """
    marks: list[bool] = []
    for name in names:
        marks.append(is_time(name, bool(marks) and marks[-1]))
    return marks
