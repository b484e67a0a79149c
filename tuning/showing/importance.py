"""Permutation importance of the searched parameters."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance

from tuning.showing.effects import is_numeric
from tuning.showing.effects import lowest_usual
from tuning.showing.effects import ordered_choices
from tuning.showing.trial_ranking import completed_trials
from tuning.trials.trial_record import TrialRecord

MIN_TRIALS = 20
MIN_EXPLAINED = 0.15
NUM_TREES = 200
NUM_REPEATS = 10


@dataclasses.dataclass(frozen=True)
class Importance:
    """Share of each parameter in the variance that a forest explains.

    Args:
        shares: Shares by parameter, which sum up to one; empty if the trials
            are not conclusive.
        reason: Basis of the shares, or the reason why there are none.

    >>> Importance({}, "too few trials").shares
    {}
    """

    shares: Mapping[str, float]
    reason: str


def measure_importance(
    records: Sequence[TrialRecord], parameters: Sequence[str]
) -> Importance:
    """Measures how much worse a forest predicts if a parameter is permuted.

    Each trial is predicted by the trees that were not fitted on it, unchanged
    and with one parameter permuted among the trials. A parameter's share is its
    drop of R² over the sum of all drops. There are no shares if the forest
    explains less than 15 % of the variance: of 200 searches over three
    parameters with pure noise, 3 exceeded that with 20 trials, and 1 with 24.

    Args:
        records: Trials of a search; those without an objective are left out.
        parameters: Names of the searched parameters.

    >>> measure_importance([], ["margin", "scale"]).reason
    'Importance needs 20 completed trials. There are 0.'

    Reference: Breiman, Random Forests, 2001.
    """
    completed = [
        record
        for record in completed_trials(records)
        if set(parameters) <= set(record.values)
    ]
    if len(parameters) < 2:
        return Importance({}, "Importance needs two parameters to compare.")
    if len(completed) < MIN_TRIALS:
        return Importance(
            {},
            f"Importance needs {MIN_TRIALS} completed trials. "
            f"There are {len(completed)}.",
        )
    columns = [_codes([r.values[p] for r in completed], p) for p in parameters]
    inputs = np.stack(columns, axis=1).astype(np.float32)
    objective = np.array(
        [record.objective for record in completed], dtype=float
    )
    objective = np.maximum(objective, lowest_usual(objective))
    if not np.ptp(objective):
        return Importance({}, "Importance needs trials that differ.")
    forest = _UnseenForest(NUM_TREES, min_samples_leaf=2, random_state=0)
    forest.fit(inputs, objective)
    explained = forest.score(inputs, objective)
    if explained < MIN_EXPLAINED:
        return Importance(
            {},
            "Importance is left out: a forest explains too little of the "
            f"differences between trials ({100 * max(explained, 0):.0f} % of "
            "the variance of trials it has not seen).",
        )
    permuted = permutation_importance(
        forest, inputs, objective, n_repeats=NUM_REPEATS, random_state=0
    )
    drops = np.maximum(permuted.importances_mean, 0)
    shares = dict(zip(parameters, (drops / drops.sum()).tolist(), strict=True))
    return Importance(
        shares,
        "Importance: share in the error of a forest whose parameter is "
        f"shuffled; it explains {100 * explained:.0f} % of the variance of "
        "trials it has not seen.",
    )


def _codes(values, name: str) -> NDArray:
    """Numbers unchanged and choices as indices, since trees use the order."""
    if not is_numeric(values):
        choices = ordered_choices(name, values)
        values = [choices.index(value) for value in values]
    return np.array(values, dtype=float)


class _UnseenForest(RandomForestRegressor):
    """A forest that predicts each row by the trees not fitted on it.

    The rows to predict must be those of the fit, in the same order.
    """

    def fit(self, inputs, objective):
        super().fit(inputs, objective)
        self._is_unseen = np.ones((len(self.estimators_), len(inputs)))
        for row, drawn in enumerate(self.estimators_samples_):
            self._is_unseen[row, drawn] = 0
        return self

    def predict(self, inputs):
        votes = [tree.tree_.predict(inputs)[:, 0] for tree in self.estimators_]
        return np.average(votes, axis=0, weights=self._is_unseen)
