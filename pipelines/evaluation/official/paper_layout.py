"""Official numbers in the layout of the evaluators' paper table."""

from collections.abc import Mapping

import numpy as np

from keras_asd.metrics import DecisionNumbers
from keras_asd.metrics import OfficialScores
from keras_asd.metrics import percentile_interval
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
        arithmetic = percent(scores.arithmetic_mean(name))
        cells = [arithmetic, bounds(resampled.arithmetic_mean(name))]
        if is_harmonic:
            cells = [percent(scores.harmonic_mean(name))]
            cells += [bounds(resampled.harmonic_mean(name)), arithmetic]
        parts = [scores.of_machine(machine) for machine in machines]
        cells += [percent(part.arithmetic_mean(name)) for part in parts]
        rows.append([_LABELS[name], *cells])
    total = [percent(scores.official_score), bounds(resampled.official_score)]
    if is_harmonic:
        every = np.concatenate(list(scores.numbers.values()))
        total.append(percent(every.mean()))
    total += [percent(scores.of_machine(m).official_score) for m in machines]
    rows.append(["TOTAL", *total])
    if scores.mauc is not None and resampled.mauc is not None:
        worst = [percent(scores.of_machine(m).mauc) for m in machines]
        cells = [percent(scores.mauc), bounds(resampled.mauc)]
        rows.append(["mAUC", *cells, *worst])
    return Table(["metric", *header, *machines], rows, "Official numbers")


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


def bounds(statistics) -> str:
    """Returns the 95 % interval of resampled shares, in percent.

    >>> bounds([0.5, 0.5])
    '[50.0, 50.0]'
    """
    low, high = percentile_interval(statistics)
    return f"[{100 * low:.1f}, {100 * high:.1f}]"
