import math
import types

import pytest

from tuning.trials.callbacks import ObjectiveStopping
from tuning.trials.callbacks import best_epoch
from tuning.trials.callbacks import is_over


def run_epochs(values, patience, before=()):
    """Numbers of the epochs that run where these are the values."""
    left = list(values)
    judged = ObjectiveStopping(
        lambda model: {"auc": left.pop(0)}, "auc", patience, list(before)
    )
    model = types.SimpleNamespace(stop_training=False)
    judged.set_model(model)
    logs = []
    while left and not model.stop_training:
        logs.append({"loss": 1.0})
        judged.on_epoch_end(len(logs) - 1, logs[-1])
    return [one["auc"] for one in logs]


@pytest.mark.parametrize(
    ("values", "patience", "before", "number"),
    [
        ([0.5, 0.6, 0.7, 0.8], 1, (), 4),
        ([0.5, 0.4, 0.7, 0.8], 1, (), 2),
        ([0.5, 0.4, 0.7, 0.6, 0.5, 0.9], 2, (), 5),
        # No better is no progress.
        ([0.5, 0.5, 0.5, 0.9], 2, (), 3),
        ([0.5, 0.9], 2, (0.6, 0.5), 1),
        ([0.7, 0.6, 0.6, 0.9], 2, (0.6, 0.5), 3),
    ],
)
def test_training_ends_after_epochs_without_a_better_value(
    values, patience, before, number
):
    assert run_epochs(values, patience, before) == values[:number]


def test_a_loss_that_diverges_is_not_measured():
    judged = ObjectiveStopping(lambda model: 1 / 0, "auc", 1, [])
    logs = {"loss": math.nan}
    judged.on_epoch_end(0, logs)
    assert set(logs) == {"loss"}
    assert not judged.values


def test_nothing_measured_is_not_over():
    assert not is_over([], 1)
    assert best_epoch([0.2, 0.4, 0.4]) == 2
