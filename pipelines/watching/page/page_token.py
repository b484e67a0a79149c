"""Token of the page: who has it, has the page."""

import os
import pathlib
import secrets

from pipelines import atomic

TOKEN = "page_token"
LEAST_CHARACTERS, MOST_BYTES = 16, 4096


def read_token(path: str | os.PathLike[str]) -> str:
    """Reads a token.

    Args:
        path: File of one line.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it could be guessed, or is no single word.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "token")
    >>> _ = path.write_text("short")
    >>> read_token(path)
    Traceback (most recent call last):
    ValueError: A token must be one word of 16 characters or more, ...
    """
    with open(path, "rb") as file:
        token = file.read(MOST_BYTES).decode("utf-8", "replace").strip()
    is_word = token.isascii() and token.isprintable() and " " not in token
    if len(token) < LEAST_CHARACTERS or not is_word:
        raise ValueError(
            f"A token must be one word of {LEAST_CHARACTERS} characters or "
            f"more, in a file of its own. Received: {path}, which has none. "
            f"`openssl rand -hex 24 > {path}` makes one."
        )
    return token


def own_token(folder: pathlib.Path) -> pathlib.Path:
    """Path of a history's own token, made where there is none.

    It stays: who has opened the page once, comes in after a restart, too.
    Only the user who runs the watch can read it.

    Args:
        folder: Folder of the history.

    >>> import tempfile
    >>> path = own_token(pathlib.Path(tempfile.mkdtemp()))
    >>> oct(path.stat().st_mode)[-3:], len(read_token(path))
    ('600', 32)
    """
    path = folder / TOKEN
    if not path.exists():
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with atomic.replacing(path) as temporary:
            with os.fdopen(os.open(temporary, flags, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24) + "\n")
    return path
