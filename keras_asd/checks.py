"""Checks of arguments, with errors that list what is allowed."""

from collections.abc import Collection
from typing import Any


def check_choice(
    argument: str, value: Any, choices: Collection[str], hint: str = ""
) -> None:
    """Refuses a value that is none of the choices.

    Raises:
        ValueError: With the choices, the value and the hint.

    >>> check_choice("form", "round", ("raw", "margin"))
    Traceback (most recent call last):
    ValueError: `form` must be one of 'raw', 'margin'. Received: form='round'.
    """
    if value not in choices:
        raise ValueError(
            f"`{argument}` must be one of {', '.join(map(repr, choices))}. "
            f"Received: {argument}={value!r}. {hint}".rstrip()
        )


def choose(table: dict, name: str, argument: str) -> Any:
    """Entry `name` of a table, with an error that lists all names.

    Raises:
        ValueError: If `table` has no entry `name`.

    >>> choose({"short": 3, "long": 5}, "long", "stages")
    5
    """
    check_choice(argument, name, table)
    return table[name]


def check_choices(
    argument: str, values: Collection[Any], choices: Collection[str]
) -> None:
    """Refuses values of which one is none of the choices, and no values.

    Raises:
        ValueError: With the choices and the values.

    >>> check_choices("channels", (), ("tgram", "log_mel"))
    Traceback (most recent call last):
    ValueError: `channels` must be some of 'tgram', 'log_mel'. Received: ...
    """
    if not values or set(values) - set(choices):
        raise ValueError(
            f"`{argument}` must be some of {', '.join(map(repr, choices))}. "
            f"Received: {argument}={values!r}."
        )


def check_counts(**counts: int) -> None:
    """Refuses numbers of things that are less than 1.

    Raises:
        ValueError: With the first such argument and its value.

    >>> check_counts(num_blocks=3, num_steps=0)
    Traceback (most recent call last):
    ValueError: `num_steps` must be at least 1. Received: num_steps=0.
    """
    for argument, count in counts.items():
        if count < 1:
            raise ValueError(
                f"`{argument}` must be at least 1. "
                f"Received: {argument}={count}."
            )
