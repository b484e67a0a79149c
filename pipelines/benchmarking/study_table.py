"""The table of a study."""

from collections.abc import Sequence

from pipelines.benchmarking.numbers import Number
from pipelines.benchmarking.numbers import RowNumbers
from pipelines.evaluation.judging import RESAMPLING
from pipelines.evaluation.tables import Table


def study_table(
    question: str, rows: Sequence[RowNumbers], num_seeds: int, year: int
) -> str:
    """The numbers of a study in Markdown.

    Args:
        question: What the study asks.
        rows: Its lines.
        num_seeds: Trainings of each.
        year: Whose rules the official score is by.

    >>> half = Number(0.5, 0.0, (0.4, 0.6))
    >>> row = RowNumbers("AdaCos", half, half, half, (0.9,), 12)
    >>> " ".join(study_table("Why?", [row], 1, 2023).splitlines()[4].split())
    '| AdaCos | 12 | 50.0 ± 0.0 [40.0, 60.0] | 50.0 ± 0.0 [40.0, 60.0] | 50...
    """
    header = (
        "training",
        "classes",
        "AUC %",
        "pAUC %",
        f"official score ({year}) %",
        "spread of the embeddings",
    )
    cells = []
    for row in rows:
        numbers = map(_cell, (row.auc, row.pauc, row.official_score))
        spreads = ", ".join(f"{spread:.2g}" for spread in row.spreads)
        cells.append((row.name, str(row.num_classes), *numbers, spreads))
    lines = [f"**{question}**", "", Table(header, cells).markdown()]
    seeds = f"{num_seeds} seed" + "s" * (num_seeds > 1)
    lines += [
        "",
        f"Mean ± standard deviation over {seeds}, each a fresh training. In "
        f"brackets: 95 % interval of the mean, seeds drawn again, on "
        f"{RESAMPLING}. AUC is the mean over sections and "
        "domains; chance is 50. Spread: root mean squared distance of the "
        "normal clips' directions to their mean, 0 to 1, seed by seed.",
    ]
    return "\n".join(lines) + "\n"


def _cell(number: Number) -> str:
    low, high = number.interval
    return (
        f"{100 * number.mean:.1f} ± {100 * number.deviation:.1f} "
        f"[{100 * low:.1f}, {100 * high:.1f}]"
    )
