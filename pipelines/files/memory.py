"""The error of exhausted memory, with the values that ask for it."""

import contextlib
from collections.abc import Iterator
from typing import Any

# How frameworks name it, which this module does not import.
_CLASSES = {"MemoryError", "ResourceExhaustedError"}
_WORDS = ("RESOURCE_EXHAUSTED", "OOM when allocating")


class FullMemory(MemoryError):
    """An error that names the values to lower.

    >>> str(FullMemory("Memory must hold a batch."))
    'Memory must hold a batch.'
    """


@contextlib.contextmanager
def explaining_full_memory(**values: Any) -> Iterator[None]:
    """Names the values to lower, where what is computed within needs too much.

    Args:
        **values: Values of the flags of the same names.

    Raises:
        FullMemory: In place of an error that says no more than that memory
            cannot be had, whoever raises it.

    >>> with explaining_full_memory(batch_size=100_000):
    ...     raise MemoryError("Unable to allocate 59.6 GiB")
    Traceback (most recent call last):
    pipelines.files.memory.FullMemory: Memory must hold a batch and what is ...
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, FullMemory) or not is_full_memory(error):
            raise
        raise FullMemory(describe_full_memory(error, **values)) from error


def is_full_memory(error: BaseException) -> bool:
    """Returns whether an error is that of exhausted memory.

    >>> is_full_memory(MemoryError("Unable to allocate 59.6 GiB"))
    True
    >>> is_full_memory(ValueError("A rule."))
    False
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    text = str(error)
    return bool(names & _CLASSES) or any(word in text for word in _WORDS)


def describe_full_memory(error: BaseException, **values: Any) -> str:
    """Returns the line of exhausted memory.

    Args:
        error: What was raised. The first line of its text is kept.
        **values: As in `explaining_full_memory`.

    >>> describe_full_memory(MemoryError("no room"), batch_size=9)
    'Memory must hold a batch and what is computed from it. Received: ...'
    """
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    given = ", ".join(f"{name}={value}" for name, value in values.items())
    flags = " or ".join(f"--{name}" for name in values) or "--batch_size"
    return (
        "Memory must hold a batch and what is computed from it. Received: "
        f"{given + ': ' if given else ''}{said}. Lower {flags}, or close what "
        "else needs memory."
    )
