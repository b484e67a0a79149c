"""The table of a data set: every line and how it compares."""

from collections.abc import Sequence

from pipelines.benchmarking.line import Line
from pipelines.benchmarking.number_cells import difference_cell
from pipelines.benchmarking.number_cells import number_cell
from pipelines.evaluation.judging import METRICS
from pipelines.evaluation.judging import RESAMPLING
from pipelines.evaluation.judging import Judged
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import escape_markdown


def result_table(
    lines: Sequence[Line], reference: str, num_seeds: int, year: int
) -> str:
    """The means of every line in Markdown, and what failed.

    Args:
        lines: In the order of the benchmark.
        reference: Name of the line that the others are compared with.
        num_seeds: Trainings that each is to have.
        year: Whose rules make the official score.

    >>> text = result_table([Line("kNN", "kNN", {})], "kNN", 3, 2023)
    >>> " ".join(text.splitlines()[2].split())
    '| kNN | 0 of 3 | - | - | - | - | - | reference | reference |'
    """
    header = (
        "method",
        "seeds",
        "AUC %",
        "pAUC %",
        "mAUC %",
        "pooled AUC %",
        f"official score ({year}) %",
        "AUC less the reference's",
        "official score less the reference's",
    )
    (compared,) = [line for line in lines if line.name == reference]
    rows = []
    for line in lines:
        seeds = f"{len(line.judged)}"
        if len(line.judged) != num_seeds:
            seeds += f" of {num_seeds}"
        cells = [
            number_cell(line.number(metric), len(line.judged))
            for metric in METRICS
        ]
        differences = ["reference"] * 2
        if line is not compared:
            differences = [
                difference_cell(line.difference(compared, metric))
                for metric in ("auc", "official_score")
            ]
        rows.append([line.name, seeds, *cells, *differences])
    note = (
        "Mean ± standard deviation over the seeds, each a fresh training; "
        "weights of the last epoch or of the least hold-out loss, never "
        "chosen by test labels. In brackets: 95 % interval of the mean, seeds "
        f"drawn again, on {RESAMPLING}. AUC and "
        "pAUC (to 10 % false positives, standardised) are means over "
        "machines of the mean over sections, whatever the domain; mAUC takes "
        "each machine's worst section, pooled AUC one curve over all clips "
        "of a machine. Differences: points, on the same resamples of seeds "
        "and clips; p is two-sided, not corrected for the number of lines."
    )
    text = [
        Table(header, rows).markdown(),
        "",
        *_clips(lines),
        note,
        *_remarks(lines),
    ]
    return "\n".join(text) + "\n"


def _clips(lines: Sequence[Line]) -> list[str]:
    """What the first seed was judged on, and whether others were, too."""
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
    """For each seed what the first line was judged on that has it."""
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
