"""Official numbers as text, in the shape of the evaluators' paper table."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import DecisionNumbers
from keras_asd.metrics import OfficialScores
from keras_asd.metrics import percentile_interval
from pipelines.evaluation.table_formats import escape_markdown
from pipelines.evaluation.table_formats import printable

_LABELS = {
    "auc": "AUC",
    "auc_source": "AUC (source)",
    "auc_target": "AUC (target)",
    "pauc": "pAUC",
    "pauc_source": "pAUC (source)",
    "pauc_target": "pAUC (target)",
}
Grid = list[list[str]]


def official_grid(scores: OfficialScores, resampled: OfficialScores) -> Grid:
    """Returns header and rows: means, interval, machines, in percent.

    As in the evaluators' `official_score_paper`, with the interval of the
    first mean added. A machine's cell is the mean of its sections; in the
    row `TOTAL` it is the official score of that machine alone, which the
    evaluators leave empty. In 2020 there is no harmonic mean, and `mAUC`
    is added.

    >>> numbers = {"auc": np.array([0.9]), "pauc": np.array([0.6])}
    >>> scores = OfficialScores(2020, ("fan",), ("id_01",), numbers)
    >>> drawn = {name: np.stack([row]) for name, row in numbers.items()}
    >>> resampled = OfficialScores(2020, ("fan",), ("id_01",), drawn)
    >>> for row in official_grid(scores, resampled)[:2]:
    ...     print(*row, sep=" | ")
    metric | a-mean | interval | fan
    AUC | 90.00 | [90.0, 90.0] | 90.00
    """
    is_harmonic = scores.year > 2020
    machines = sorted(set(scores.machines))
    means = ["h-mean", "interval", "a-mean"]
    header = means if is_harmonic else ["a-mean", "interval"]
    grid = [["metric", *header, *machines]]
    for name in scores.numbers:
        arithmetic = percent(scores.arithmetic_mean(name))
        cells = [arithmetic, bounds(resampled.arithmetic_mean(name))]
        if is_harmonic:
            cells = [percent(scores.harmonic_mean(name))]
            cells += [bounds(resampled.harmonic_mean(name)), arithmetic]
        parts = [scores.of_machine(one) for one in machines]
        cells += [percent(part.arithmetic_mean(name)) for part in parts]
        grid.append([_LABELS[name], *cells])
    total = [percent(scores.official_score), bounds(resampled.official_score)]
    if is_harmonic:
        every = np.concatenate(list(scores.numbers.values()))
        total.append(percent(every.mean()))
    total += [percent(scores.of_machine(m).official_score) for m in machines]
    grid.append(["TOTAL", *total])
    if scores.mauc is not None and resampled.mauc is not None:
        worst = [percent(scores.of_machine(m).mauc) for m in machines]
        cells = [percent(scores.mauc), bounds(resampled.mauc)]
        grid.append(["mAUC", *cells, *worst])
    return grid


def section_grid(scores: OfficialScores) -> Grid:
    """Returns header and rows with the numbers of each section, in percent.

    >>> numbers = {"auc": np.array([0.9]), "pauc": np.array([0.6])}
    >>> section_grid(OfficialScores(2020, ("fan",), ("id_01",), numbers))
    [['machine', 'section', 'AUC', 'pAUC'], ['fan', 'id_01', '90.00', '60.00']]
    """
    grid = [["machine", "section", *(_LABELS[name] for name in scores.numbers)]]
    keys = zip(scores.machines, scores.sections, strict=True)
    for place, (machine, section) in enumerate(keys):
        cells = [percent(row[place]) for row in scores.numbers.values()]
        grid.append([machine, section, *cells])
    return grid


def decision_grid(
    decisions: Mapping[tuple[str, str, str], DecisionNumbers],
) -> Grid:
    """Returns header and rows with precision, recall and F1, in percent.

    >>> numbers = DecisionNumbers(precision=1.0, recall=0.5, f1_score=2 / 3)
    >>> decision_grid({("fan", "section_00", "source"): numbers})[1]
    ['fan', 'section_00', 'source', '100.00', '50.00', '66.67']
    """
    grid = [["machine", "section", "domain", "precision", "recall", "F1 score"]]
    for key, numbers in decisions.items():
        shares = (numbers.precision, numbers.recall, numbers.f1_score)
        grid.append([*key, *map(percent, shares)])
    return grid


def plain_text(grids: Sequence[Grid], notes: Sequence[str]) -> str:
    """Returns tables and notes for a terminal, the columns aligned.

    >>> print(plain_text([[["machine", "AUC"], ["fan", "90.00"]]], ["Note."]))
    machine    AUC
    fan      90.00
    <BLANKLINE>
    Note.
    <BLANKLINE>
    """
    blocks = []
    for grid in grids:
        grid = [[printable(cell) for cell in row] for row in grid]
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        for row in grid:
            cells = [row[0].ljust(widths[0])]
            cells += map(str.rjust, row[1:], widths[1:])
            blocks.append("  ".join(cells).rstrip())
        blocks.append("")
    return "\n".join([*blocks, *map(printable, notes)]) + "\n"


def markdown_text(grids: Sequence[Grid], notes: Sequence[str]) -> str:
    """Returns tables and notes in GitHub's Markdown, names escaped.

    >>> print(markdown_text([[["machine", "AUC"], ["fan", "90.00"]]], []))
    | machine | AUC |
    | --- | ---: |
    | fan | 90.00 |
    <BLANKLINE>
    """
    blocks = []
    for grid in grids:
        lines = [f"| {' | '.join(map(escape_markdown, row))} |" for row in grid]
        rules = ["---"] + ["---:"] * (len(grid[0]) - 1)
        lines.insert(1, f"| {' | '.join(rules)} |")
        blocks.append("\n".join(lines))
    blocks += [escape_markdown(note) for note in notes]
    return "\n\n".join(blocks) + "\n"


def percent(share) -> str:
    """Returns a share in percent, with two digits after the point.

    >>> percent(0.61049)
    '61.05'
    """
    return f"{100 * float(share):.2f}"


def bounds(statistics) -> str:
    """Returns the 95 % interval of resampled shares, in percent.

    >>> bounds([0.5, 0.5])
    '[50.0, 50.0]'
    """
    low, high = percentile_interval(statistics)
    return f"[{100 * low:.1f}, {100 * high:.1f}]"
