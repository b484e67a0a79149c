"""Comparison table of the rows of a benchmark with the reference."""

from collections.abc import Sequence

from pipelines.benchmarking.benchmark import COLUMN_TITLES
from pipelines.benchmarking.benchmark import COMPARED_COLUMNS
from pipelines.benchmarking.numbers import difference_cell
from pipelines.benchmarking.numbers import number_cell
from pipelines.benchmarking.result_row import ResultRow
from pipelines.evaluation.drawn import FEW_CLIPS
from pipelines.evaluation.drawn import HIGH_PAUC
from pipelines.evaluation.judging import RESAMPLING
from pipelines.evaluation.judging import Judged
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown

# Notes on columns, for the reader of a table.
COLUMN_NOTES = {
    "auc": "AUC is the mean over machines of the mean over sections, whatever "
    "the domain.",
    "pauc": "pAUC (to 10 % false positives, standardised) is such a mean, too. "
    f"{HIGH_PAUC}",
    "domain_pauc": HIGH_PAUC,
    "mauc": "mAUC takes each machine's worst section.",
    "pooled_auc": "Pooled AUC is of one curve over all clips of a machine.",
    "domain_auc": "AUC is the mean over sections and domains; chance is 50.",
    "spread": "Spread: root mean squared distance of the normal clips' "
    "directions to their mean, 0 to 1, seed by seed.",
}


def comparison_table(
    results: Sequence[ResultRow],
    columns: Sequence[str],
    reference: str,
    num_seeds: int,
    year: int,
    compared: Sequence[str] = COMPARED_COLUMNS,
) -> Table:
    """Means of every row, and their differences to the reference.

    Args:
        results: Result rows in the order of the benchmark.
        columns: Columns of `Benchmark`, or further metrics in `Judged.means`.
        reference: Name of the row that the others are compared with.
        num_seeds: Number of seeds of each row.
        year: Year of the rules of the official score.
        compared: Columns with a difference to the reference.

    >>> row = ResultRow("kNN", "kNN", {})
    >>> comparison_table([row], ["auc"], "kNN", 3, 2023).rows
    [['kNN', '0 of 3', '-', 'reference']]
    """
    titles = {name: COLUMN_TITLES.get(name, f"{name} %") for name in columns}
    compared = [name for name in columns if name in compared]
    header = ["method", "seeds"]
    header += [title.format(year=year) for title in titles.values()]
    for name in compared:
        title = titles[name].removesuffix(" %").removesuffix(" ({year})")
        header.append(f"{title} less the reference's")
    (other,) = [row for row in results if row.name == reference]
    rows = []
    for row in results:
        seeds = f"{len(row.metrics)}"
        if len(row.metrics) != num_seeds:
            seeds += f" of {num_seeds}"
        differences = [
            "reference"
            if row is other
            else difference_cell(row.difference(other, metric))
            for metric in compared
        ]
        cells = [_cell(row, name) for name in columns]
        rows.append([row.name, seeds, *cells, *differences])
    return Table(header, rows, "Comparison")


def comparison_note(columns: Sequence[str]) -> str:
    """Note that explains the cells of `comparison_table`.

    >>> comparison_note(["mauc"]).endswith("worst section.")
    True
    """
    return " ".join(
        [
            "Mean ± standard deviation over the seeds, each a fresh training; "
            "weights of the last epoch or of the least hold-out loss, never "
            "chosen by test labels. In brackets: 95 % interval of the mean, "
            f"seeds drawn again, on {RESAMPLING}. {FEW_CLIPS} Differences: "
            "points, on the same resamples of seeds and clips; p is two-sided, "
            "not corrected for the number of rows.",
            *(COLUMN_NOTES[name] for name in columns if name in COLUMN_NOTES),
        ]
    )


def comparison_text(
    results: Sequence[ResultRow],
    columns: Sequence[str],
    reference: str,
    num_seeds: int,
    year: int,
) -> str:
    """The table in Markdown, with notes on clips and failures.

    The arguments are those of `comparison_table`.

    >>> rows = [ResultRow("kNN", "kNN", {}, failures={1: "no clips"})]
    >>> comparison_text(rows, ["auc"], "kNN", 3, 2023).splitlines()[-1]
    '- **kNN, seed 1, failed**: no clips'
    """
    table = comparison_table(results, columns, reference, num_seeds, year)
    text = [table.markdown(), "", *_clips(results), comparison_note(columns)]
    return "\n".join([*text, *_remarks(results)]) + "\n"


def _cell(row: ResultRow, column: str) -> str:
    if column == "classes":
        counts = sorted(set(row.num_classes.values()))
        return ", ".join(map(str, counts)) or NOTHING
    if column == "spread":
        spreads = [f"{spread:.2g}" for spread in row.spreads.values()]
        return ", ".join(spreads) or NOTHING
    return number_cell(row.number(column), len(row.metrics))


def _clips(results: Sequence[ResultRow]) -> list[str]:
    """Clips of the first seed, and whether other seeds had the same."""
    by_seed = _by_seed(results)
    if not by_seed:
        return []
    first, *others = by_seed.values()
    left_out = ", ".join(first.left_out)
    text = (
        f"{len(first.clips)} test clips of {len(first.sections)} sections "
        f"of {len(first.machines)} machines."
    )
    if left_out:
        text += f" Without clips of both labels: {_escape(left_out)}."
    if any(other.clips != first.clips for other in others):
        text += (
            " Seeds differ in their clips, since the recordings have no split "
            "and one is drawn; the ± includes that, differences are on the "
            "same clips."
        )
    return [text, ""]


def _by_seed(results: Sequence[ResultRow]) -> dict[int, Judged]:
    """Metrics of each seed, from the first row that has it."""
    by_seed: dict[int, Judged] = {}
    for row in results:
        for seed, metrics in row.metrics.items():
            by_seed.setdefault(seed, metrics)
    return by_seed


def _remarks(results: Sequence[ResultRow]) -> list[str]:
    remarks = []
    by_seed = _by_seed(results)
    for row in results:
        others = {
            len(metrics.clips)
            for seed, metrics in row.metrics.items()
            if metrics.clips != by_seed[seed].clips
        }
        if others:
            counts = ", ".join(map(str, sorted(others)))
            remarks.append(
                f"- **{_escape(row.name)} was evaluated on other clips** than "
                f"the first row: {counts}. It is not compared."
            )
        if row.note and row.name == row.benchmark_row:
            remarks.append(f"- {_escape(row.name)}: {_escape(row.note)}")
        remarks += [
            f"- **{_escape(row.name)}, seed {seed}, failed**: {_escape(why)}"
            for seed, why in row.failures.items()
        ]
    return ["", *remarks] if remarks else []


def _escape(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
