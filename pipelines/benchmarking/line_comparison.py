"""Comparison table of a benchmark's lines with the reference."""

from collections.abc import Sequence

from pipelines.benchmarking.columns import COMPARED
from pipelines.benchmarking.columns import NOTES
from pipelines.benchmarking.columns import TITLES
from pipelines.benchmarking.line import Line
from pipelines.benchmarking.number_cells import difference_cell
from pipelines.benchmarking.number_cells import number_cell
from pipelines.evaluation.drawn import FEW_CLIPS
from pipelines.evaluation.judging import RESAMPLING
from pipelines.evaluation.judging import Judged
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown


def comparison_table(
    lines: Sequence[Line],
    columns: Sequence[str],
    reference: str,
    num_seeds: int,
    year: int,
    compared: Sequence[str] = COMPARED,
) -> Table:
    """Means of every line, and their differences to the reference.

    Args:
        lines: Lines in the order of the benchmark.
        columns: Columns of `Benchmark`, or further metrics in `Judged.means`.
        reference: Name of the line that the others are compared with.
        num_seeds: Number of seeds of each line.
        year: Year of the rules of the official score.
        compared: Columns with a difference to the reference.

    >>> line = Line("kNN", "kNN", {})
    >>> comparison_table([line], ["auc"], "kNN", 3, 2023).rows
    [['kNN', '0 of 3', '-', 'reference']]
    """
    titles = {name: TITLES.get(name, f"{name} %") for name in columns}
    compared = [name for name in columns if name in compared]
    header = ["method", "seeds"]
    header += [title.format(year=year) for title in titles.values()]
    for name in compared:
        title = titles[name].removesuffix(" %").removesuffix(" ({year})")
        header.append(f"{title} less the reference's")
    (other,) = [line for line in lines if line.name == reference]
    rows = []
    for line in lines:
        seeds = f"{len(line.judged)}"
        if len(line.judged) != num_seeds:
            seeds += f" of {num_seeds}"
        differences = [
            "reference"
            if line is other
            else difference_cell(line.difference(other, metric))
            for metric in compared
        ]
        cells = [_cell(line, name) for name in columns]
        rows.append([line.name, seeds, *cells, *differences])
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
            "not corrected for the number of lines.",
            *(NOTES[name] for name in columns if name in NOTES),
        ]
    )


def comparison_text(
    lines: Sequence[Line],
    columns: Sequence[str],
    reference: str,
    num_seeds: int,
    year: int,
) -> str:
    """The table in Markdown, with notes on clips and failures.

    The arguments are those of `comparison_table`.

    >>> lines = [Line("kNN", "kNN", {}, failures={1: "no clips"})]
    >>> comparison_text(lines, ["auc"], "kNN", 3, 2023).splitlines()[-1]
    '- **kNN, seed 1, failed**: no clips'
    """
    table = comparison_table(lines, columns, reference, num_seeds, year)
    text = [table.markdown(), "", *_clips(lines), comparison_note(columns)]
    return "\n".join([*text, *_remarks(lines)]) + "\n"


def _cell(line: Line, column: str) -> str:
    if column == "classes":
        found = sorted(set(line.num_classes.values()))
        return ", ".join(map(str, found)) or NOTHING
    if column == "spread":
        spreads = [f"{spread:.2g}" for spread in line.spreads.values()]
        return ", ".join(spreads) or NOTHING
    return number_cell(line.number(column), len(line.judged))


def _clips(lines: Sequence[Line]) -> list[str]:
    """Clips of the first seed, and whether other seeds had the same."""
    by_seed = _by_seed(lines)
    if not by_seed:
        return []
    judged, *others = by_seed.values()
    left_out = ", ".join(judged.left_out)
    text = (
        f"{len(judged.clips)} test clips of {len(judged.sections)} sections "
        f"of {len(judged.machines)} machines."
    )
    if left_out:
        text += f" Without clips of both labels: {_escape(left_out)}."
    if any(other.clips != judged.clips for other in others):
        text += (
            " Seeds differ in their clips, as where recordings have no split "
            "of their own and it is drawn; the ± includes that, differences "
            "are of the same clips."
        )
    return [text, ""]


def _by_seed(lines: Sequence[Line]) -> dict[int, Judged]:
    """Metrics of each seed, from the first line that has it."""
    found: dict[int, Judged] = {}
    for line in lines:
        for seed, judged in line.judged.items():
            found.setdefault(seed, judged)
    return found


def _remarks(lines: Sequence[Line]) -> list[str]:
    remarks = []
    by_seed = _by_seed(lines)
    for line in lines:
        others = {
            len(one.clips)
            for seed, one in line.judged.items()
            if one.clips != by_seed[seed].clips
        }
        if others:
            counts = ", ".join(map(str, sorted(others)))
            remarks.append(
                f"- **{_escape(line.name)} was judged on other clips** than "
                f"the first line: {counts}. It is not compared."
            )
        if line.note and line.name == line.row:
            remarks.append(f"- {_escape(line.name)}: {_escape(line.note)}")
        remarks += [
            f"- **{_escape(line.name)}, seed {seed}, failed**: {_escape(why)}"
            for seed, why in line.failures.items()
        ]
    return ["", *remarks] if remarks else []


def _escape(text: str) -> str:
    return escape_markdown(" ".join(text.split()))
