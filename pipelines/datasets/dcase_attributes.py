"""DCASE attributes: names and values at the end of a file name."""

import re

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
