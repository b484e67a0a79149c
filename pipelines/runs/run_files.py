"""The one boundary around the reading of a run's files."""

import contextlib
import pathlib
from collections.abc import Iterator

WAY_OUT = "Bring it back from a copy, or train again in another folder."
MAX_SHOWN = 200


@contextlib.contextmanager
def reading(
    path: pathlib.Path, what: str, way_out: str = WAY_OUT
) -> Iterator[None]:
    """Turns whatever fails while a file is read into one line.

    Within it stands all that depends on what the file holds: bytes that were
    flipped, cut off or come from elsewhere fail in any way.

    Args:
        path: The file.
        what: What it is, with its article, such as "The label map".
        way_out: Last sentence of the line.

    Raises:
        ValueError: In place of any error, with file, rule and way out.

    >>> with reading(pathlib.Path("runs/a/labels.json"), "The label map"):
    ...     raise KeyError("classes")
    Traceback (most recent call last):
    ValueError: The label map must be as keras-asd wrote it. Received: ...
    """
    try:
        yield
    except Exception as error:  # Damaged bytes break a reader in any way.
        raise ValueError(
            f"{what} must be as keras-asd wrote it. Received: {path}, which "
            f"{_reason(error)}. {way_out}"
        ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read ({error.strerror})"
    text = " ".join(f"{type(error).__name__}: {error}".split())
    text = text if text.isprintable() else ascii(text)
    if len(text) > MAX_SHOWN:
        text = f"{text[:MAX_SHOWN]}..."
    return f"is damaged ({text.rstrip('.')})"
