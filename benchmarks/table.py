"""The rows as text."""

from collections.abc import Sequence

from benchmarks.measurement import Measurement

HEADER = ("measured", "result", "aim", "")


def plain_table(rows: Sequence[Measurement]) -> str:
    """A table for a terminal.

    >>> print(plain_table([Measurement("help", 0.2, "s", below=0.5)]))
    measured  result   aim
    help      0.200 s  < 0.5  met
    """
    cells = [HEADER, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def markdown_table(rows: Sequence[Measurement]) -> str:
    """A table for a document.

    >>> print(markdown_table([Measurement("help", 0.2, "s")]))
    | measured | result | aim |  |
    |---|---|---|---|
    | help | 0.200 s |  |  |
    """
    lines = [HEADER, ("---",) * len(HEADER), *map(_cells, rows)]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text[1] = text[1].replace(" ", "")
    return "\n".join(text)


def _cells(row: Measurement) -> tuple[str, ...]:
    return (row.what, row.result, row.aim, row.verdict)
