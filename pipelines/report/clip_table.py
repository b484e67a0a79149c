"""Table of the clips of a machine."""

import numpy as np

from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.files.names import escape_name
from pipelines.report.machine_part import MachinePart
from pipelines.report.score_pictures import time_text

DECISIONS = {True: "alarm", False: "normal", None: "none"}
LABELS = {True: "fault", False: "normal", None: ""}


def clip_table(part: MachinePart, most_rows: int) -> tuple[Table, int]:
    """The clips of a machine, the most unusual first.

    Args:
        part: Part of the machine.
        most_rows: Number of rows.

    Returns:
        The table, and the number of clips that are not in it.
    """
    ranked = sorted(
        part.clips,
        key=lambda clip: (
            not clip.is_alarm,
            -np.inf if clip.score is None else -clip.score,
        ),
    )
    has_time = any(clip.moment is not None for clip in part.clips)
    has_label = any(clip.is_anomaly is not None for clip in part.clips)
    rows, kinds = [], []
    for clip in ranked[:most_rows]:
        time = "" if clip.moment is None else time_text(clip.moment)
        rows.append(
            (
                escape_name(clip.name),
                *([time] if has_time else []),
                *([LABELS[clip.is_anomaly]] if has_label else []),
                show(clip.score, ".4g"),
                show(clip.p_value, ".3g"),
                DECISIONS[clip.is_alarm],
                clip.problem,
            )
        )
        kinds.append("alarm" if clip.is_alarm else "")
    header = (
        "clip",
        *(["recorded"] if has_time else []),
        *(["label"] if has_label else []),
        *("score", "p-value", "decision", "problem"),
    )
    table = Table(header, rows, f"Clips of {part.name}", kinds)
    return table, len(ranked) - len(rows)


def show(value: float | None, form: str) -> str:
    """A number as text; `-` where there is none.

    >>> show(None, ".3g"), show(0.01234, ".3g")
    ('-', '0.0123')
    """
    return NOTHING if value is None else format(value, form)
