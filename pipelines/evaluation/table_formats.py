"""The table of an evaluation in Markdown and for the terminal."""

import re
from typing import Any

from pipelines.evaluation.tables import interval_note
from pipelines.evaluation.tables import reasons
from pipelines.evaluation.tables import table_header
from pipelines.evaluation.tables import table_rows

_NUM_NAMES = 2  # The first columns hold names, the others numbers.


def markdown_table(metrics: dict[str, Any]) -> str:
    """Returns the table in GitHub's Markdown, with the names escaped.

    Args:
        metrics: What `pipelines.evaluation.summary.summarize` returned.

    >>> nothing = {"auc": None, "pauc": None, "mauc": None}
    >>> metrics = {"machines": {}, "mean": nothing, "pooled": nothing}
    >>> metrics["intervals"] = {"confidence": 0.95, "num_resamples": 9}
    >>> print(markdown_table(metrics).splitlines()[2])
    | all | mean | - | - |  |  |
    """
    header = table_header(metrics)
    table = [f"| {' | '.join(map(escape_markdown, header))} |"]
    for row in table_rows(metrics):
        names = map(escape_markdown, row.cells[:_NUM_NAMES])
        numbers = row.cells[_NUM_NAMES:]
        table.append(f"| {' | '.join([*names, *numbers])} |")
    rules = ["---"] * _NUM_NAMES + ["---:"] * (len(header) - _NUM_NAMES)
    table.insert(1, f"| {' | '.join(rules)} |")
    notes = [f"- {escape_markdown(reason)}" for reason in reasons(metrics)]
    note = escape_markdown(interval_note(metrics))
    return "\n".join([*table, "", note, "", *notes]).rstrip() + "\n"


def plain_table(metrics: dict[str, Any]) -> str:
    """Returns the table for a terminal, the columns aligned.

    Args:
        metrics: What `pipelines.evaluation.summary.summarize` returned.

    >>> nothing = {"auc": None, "pauc": None, "mauc": None}
    >>> metrics = {"machines": {}, "mean": nothing, "pooled": nothing}
    >>> metrics["intervals"] = {"confidence": 0.95, "num_resamples": 9}
    >>> print(plain_table(metrics).splitlines()[2])
    all      mean                 -       -
    """
    header = table_header(metrics)
    lines = [header, *(row.cells for row in table_rows(metrics))]
    lines = [tuple(printable(cell) for cell in line) for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = []
    for line in lines:
        names = [line[i].ljust(widths[i]) for i in range(_NUM_NAMES)]
        numbers = [
            line[i].rjust(widths[i]) for i in range(_NUM_NAMES, len(line))
        ]
        table.append("  ".join([*names, *numbers]).rstrip())
    table.insert(1, "  ".join("-" * width for width in widths))
    notes = [printable(reason) for reason in reasons(metrics)]
    return "\n".join([*table, "", interval_note(metrics), *notes]) + "\n"


def escape_markdown(text: str) -> str:
    r"""Returns the text so that Markdown shows it as it is, on one line.

    >>> print(escape_markdown("id_00 |<b>*"))
    id_00 \|\<b\>\*
    """
    text = re.sub(r"([\\`*\[\]<>#|~&$])", r"\\\1", printable(text).strip())
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\_", re.sub(r" +", " ", text))


def printable(text: str) -> str:
    r"""Returns the text without line ends and terminal control codes.

    >>> printable("fan\n\x1b[31m") == "fan\ufffd\ufffd[31m"
    True
    """
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
