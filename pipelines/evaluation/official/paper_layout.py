"""Official numbers in the layout of the evaluators' paper table."""

from collections.abc import Mapping

import numpy as np

from keras_asd.metrics import DecisionNumbers
from keras_asd.metrics import OfficialScores
from keras_asd.metrics import effective_of_mean
from keras_asd.metrics import lowest_area
from keras_asd.metrics.dcase import MAX_FPR
from pipelines.evaluation.drawn import Drawn
from pipelines.evaluation.tables import NOTHING
from pipelines.evaluation.tables import Table

_LABELS = {
    "auc": "AUC",
    "auc_source": "AUC (source)",
    "auc_target": "AUC (target)",
    "pauc": "pAUC",
    "pauc_source": "pAUC (source)",
    "pauc_target": "pAUC (target)",
}


def official_table(scores: OfficialScores, resampled: OfficialScores) -> Table:
    """Returns means, interval and machines, in percent.

    The layout is that of the evaluators' `official_score_paper`, plus the
    interval of the first mean. A machine's cell is the mean of its sections; in
    the row `TOTAL`, which the evaluators leave empty, it is the official score
    of that machine alone. In 2020 there is no harmonic mean, and `mAUC` is
    added.

    >>> numbers = {"auc": np.array([0.9]), "pauc": np.array([0.6])}
    >>> scores = OfficialScores(2020, ("fan",), ("id_01",), numbers)
    >>> drawn = {name: np.stack([row]) for name, row in numbers.items()}
    >>> resampled = OfficialScores(2020, ("fan",), ("id_01",), drawn)
    >>> official_table(scores, resampled).rows[0]
    ['AUC', '90.00', '[90.0, 90.0]', '90.00']
    """
    is_harmonic = scores.year > 2020
    machines = sorted(set(scores.machines))
    means = ["h-mean", "interval", "a-mean"]
    header = means if is_harmonic else ["a-mean", "interval"]
    rows = []
    for name in scores.numbers:
        cells = _mean("arithmetic_mean", name, scores, resampled)
        if is_harmonic:
            harmonic = _mean("harmonic_mean", name, scores, resampled)
            cells = [*harmonic, cells[0]]
        parts = [scores.of_machine(machine) for machine in machines]
        cells += [percent(part.arithmetic_mean(name)) for part in parts]
        rows.append([_LABELS[name], *cells])
    drawn = Drawn(
        np.append(scores.official_score, resampled.official_score),
        scores.effective(),
    )
    total = [percent(drawn.number), bounds(drawn)]
    if is_harmonic:
        every = np.concatenate(list(scores.numbers.values()))
        total.append(percent(every.mean()))
    total += [percent(scores.of_machine(m).official_score) for m in machines]
    rows.append(["TOTAL", *total])
    if scores.mauc is not None and resampled.mauc is not None:
        worst = [percent(scores.of_machine(m).mauc) for m in machines]
        sizes = [scores.of_machine(one).effective("auc") for one in machines]
        drawn = Drawn(
            np.append(scores.mauc, resampled.mauc), effective_of_mean(sizes)
        )
        rows.append(["mAUC", percent(drawn.number), bounds(drawn), *worst])
    return Table(["metric", *header, *machines], rows, "Official numbers")


def _mean(
    kind: str, name: str, scores: OfficialScores, resampled: OfficialScores
) -> list[str]:
    """A mean of one number and its interval."""
    rows = [getattr(one, kind)(name) for one in (scores, resampled)]
    lowest = lowest_area(MAX_FPR) if "pauc" in name else 0.0
    drawn = Drawn(np.append(*rows), scores.effective(name), lowest)
    return [percent(drawn.number), bounds(drawn)]


def section_table(scores: OfficialScores) -> Table:
    """Returns the numbers of each section, in percent.

    >>> numbers = {"auc": np.array([0.9]), "pauc": np.array([0.6])}
    >>> scores = OfficialScores(2020, ("fan",), ("id_01",), numbers)
    >>> section_table(scores).rows
    [['fan', 'id_01', '90.00', '60.00']]
    """
    header = ["machine", "section", *(_LABELS[name] for name in scores.numbers)]
    rows = []
    keys = zip(scores.machines, scores.sections, strict=True)
    for index, (machine, section) in enumerate(keys):
        cells = [percent(row[index]) for row in scores.numbers.values()]
        rows.append([machine, section, *cells])
    return Table(header, rows, "Official numbers of each section")


def decision_table(
    decisions: Mapping[tuple[str, str, str], DecisionNumbers],
) -> Table:
    """Returns precision, recall and F1, in percent.

    >>> numbers = DecisionNumbers(precision=1.0, recall=0.5, f1_score=2 / 3)
    >>> decision_table({("fan", "section_00", "source"): numbers}).rows[0]
    ['fan', 'section_00', 'source', '100.00', '50.00', '66.67']
    """
    header = ["machine", "section", "domain", "precision", "recall", "F1 score"]
    rows = []
    for key, numbers in decisions.items():
        shares = (numbers.precision, numbers.recall, numbers.f1_score)
        rows.append([*key, *map(percent, shares)])
    return Table(header, rows, "Decisions")


def percent(share) -> str:
    """Returns a share in percent, with two decimals.

    >>> percent(0.61049)
    '61.05'
    """
    return f"{100 * float(share):.2f}"


def bounds(drawn: Drawn) -> str:
    """Returns the 95 % interval of shares, in percent.

    >>> bounds(Drawn(np.array([0.5, 0.5])))
    '[50.0, 50.0]'
    """
    if (interval := drawn.interval) is None:
        return NOTHING
    low, high = (100 * bound for bound in interval)
    return f"[{low:.1f}, {high:.1f}]"
