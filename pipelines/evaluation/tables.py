"""Tables as plain text, Markdown, CSV and HTML."""

import csv
import dataclasses
import io
import re
from collections.abc import Sequence

from pipelines.files.names import printable
from pipelines.files.names import table_cell
from pipelines.files.text_tables import format_table

# Cell without a number.
NOTHING = "-"
_NUMBER = re.compile(r"\[? *[-+]?\d")
# A number with what stands beside it, such as `+1.5 [+0.2, +3.0], p = 0.02`.
_SIGNED = re.compile(r"-|[-+]?[\[ ]*\d[-+\d .,±%\[\]ep=]*")
_MARKUP = re.compile(r"[\\`*<>#|~&$_]|\][(\[]")


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of text cells below a header.

    Columns of numbers are aligned to the right. These are all columns but the
    first whose cells begin with a number or an interval, or are empty or `-`.

    Args:
        header: Names of the columns.
        rows: Rows with as many cells as the header.
        label: Name of the table for screen readers.
        kinds: Class of each row in HTML.

    >>> table = Table(("machine", "AUC"), [("fan", "90.1"), ("pump", "-")])
    >>> print(table.plain())
    machine      AUC
    ---------  -----
    fan         90.1
    pump           -
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    label: str = ""
    kinds: Sequence[str] = ()

    @property
    def numeric(self) -> list[int]:
        """Indices of the columns of numbers."""
        return [
            index
            for index in range(1, len(self.header))
            if all(_is_number(row[index]) for row in self.rows)
        ]

    def plain(self) -> str:
        """Returns the table as plain text."""
        return self._format("simple", printable)

    def markdown(self) -> str:
        r"""Returns the table in GitHub's Markdown, with text escaped.

        >>> table = Table(("a|b", "AUC"), [("x", "90.1 [88.0, 92.5]")])
        >>> print(table.markdown())
        | a\|b   |               AUC |
        |:-------|------------------:|
        | x      | 90.1 [88.0, 92.5] |
        """
        return self._format("pipe", _escape_cell)

    def csv(self) -> str:
        r"""Returns the table as comma-separated values, all cells printable.

        >>> Table(("a", "b"), [("x,y", "1")]).csv()
        'a,b\n"x,y",1\n'
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in (self.header, *self.rows):
            writer.writerow(map(_csv_cell, row))
        return text.getvalue()

    def _format(self, form: str, show) -> str:
        return format_table(self.header, self.rows, self.numeric, form, show)


# Block of a report: a paragraph or a table.
Block = Table | str


def plain_text(blocks: Sequence[Block]) -> str:
    """Returns tables and paragraphs as plain text.

    >>> print(plain_text([Table(["a"], [["x"]]), "A note."]), end="")
    a
    ---
    x
    <BLANKLINE>
    A note.
    """
    texts = [
        block.plain() if isinstance(block, Table) else printable(block)
        for block in blocks
    ]
    return "\n\n".join(texts) + "\n"


def markdown_text(blocks: Sequence[Block]) -> str:
    r"""Returns tables and paragraphs in Markdown.

    >>> print(markdown_text([Table(["a"], [["x"]]), "A *note*."]), end="")
    | a   |
    |:----|
    | x   |
    <BLANKLINE>
    A \*note\*.
    """
    texts = [
        block.markdown() if isinstance(block, Table) else escape_markdown(block)
        for block in blocks
    ]
    return "\n\n".join(texts) + "\n"


def escape_markdown(text: str) -> str:
    r"""Returns the text escaped for Markdown, on one line.

    >>> print(escape_markdown("id_00 |<b>*"))
    id_00 \|\<b\>\*
    """
    # A comparison sign has a blank after it, or before it.
    marks = r"([\\`*\[\]#|~&$]|<(?=[^\s=])|(?<=\S)>)"
    text = re.sub(marks, r"\\\1", printable(text).strip())
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\_", re.sub(r" +", " ", text))


def _is_number(cell: str) -> bool:
    cell = cell.strip()
    return cell in ("", NOTHING) or _NUMBER.match(cell) is not None


def _csv_cell(cell: str) -> str:
    return cell if _SIGNED.fullmatch(cell) else table_cell(cell)


def _escape_cell(cell: str) -> str:
    """Escapes a cell, except for numbers with their intervals."""
    cell = printable(cell).strip()
    if _NUMBER.match(cell) and not _MARKUP.search(cell):
        return cell
    return escape_markdown(cell)
