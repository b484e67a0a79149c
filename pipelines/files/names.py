r"""Names and messages as printable text: one spelling for every writer.

The name of a file or folder is any bytes but zero and `/`. Wherever one is
written (tables, logs, reports, the terminal) it is spelt alike: what would
break a line, steer a terminal or is no text becomes `\n`, `\r`, `\t` or its
bytes as `\x1b`, a backslash is doubled, and so is spelt the first character
of what a spreadsheet would take for a formula. `printf %b` in a shell, and
`read_name` here, give the name back.
"""

import logging
import os
import re
from typing import Any

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
# Control characters, line separators, changes of the writing direction, and
# what stands for bytes that are not UTF-8.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
# Where a semicolon separates cells, one begins after it, too.
_FORMULA = re.compile("(?:^|(?<=;))[-=+@\uff0d\uff1d\uff0b\uff20]")
_ESCAPED = re.compile(rb"\\(?:x([0-9a-f]{2})|([nrt\\]))")
_UNESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\"}


def printable(text: str) -> str:
    r"""Returns a text on one line, without codes that steer a terminal.

    Nothing changes where there are none, and nothing when called again.

    >>> print(printable("fan\n\x1b[31m"))
    fan\n\x1b[31m
    """
    return _UNPRINTABLE.sub(_spell, text)


def printable_value(value: Any) -> Any:
    r"""Returns what a template shows of a value: of plain text, `printable`.

    >>> print(printable_value("a\rb"), printable_value(3))
    a\rb 3
    """
    return printable(value) if type(value) is str else value


def table_cell(text: str) -> str:
    r"""Returns a text as a cell that no spreadsheet takes for a formula.

    >>> print(table_cell("=1+1"))
    \x3d1+1
    """
    return _FORMULA.sub(_spell, printable(text))


def escape_name(name: str | os.PathLike[str]) -> str:
    r"""Returns the name or path of a file as it is written everywhere.

    >>> print(escape_name("fan/a\r.wav"), escape_name("fan/a.wav"))
    fan/a\r.wav fan/a.wav
    """
    return table_cell(os.fspath(name).replace("\\", r"\\"))


def read_name(text: str) -> str:
    r"""Returns the name that `escape_name` spelt.

    >>> read_name(escape_name("=a\\\t.wav")) == "=a\\\t.wav"
    True
    """
    content = text.encode("utf-8", "surrogateescape")
    content = _ESCAPED.sub(_read_escaped, content)
    return content.decode("utf-8", "surrogateescape")


class LineFormatter(logging.Formatter):
    r"""Formats each message of a log as one printable line.

    >>> record = logging.makeLogRecord({"msg": "left out: a\rb.wav"})
    >>> print(LineFormatter().format(record))
    left out: a\rb.wav
    """

    def formatMessage(self, record):  # noqa: N802, D102
        record.message = printable(record.message)
        return super().formatMessage(record)


def _spell(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    is_byte = "\udc80" <= character <= "\udcff"
    errors = "surrogateescape" if is_byte else "surrogatepass"
    content = character.encode("utf-8", errors)
    return "".join(f"\\x{byte:02x}" for byte in content)


def _read_escaped(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return bytes([int(match[1], 16)])
    return _UNESCAPED[match[2]]
