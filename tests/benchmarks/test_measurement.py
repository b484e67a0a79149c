import pytest

from benchmarks.measurement import Measurement
from benchmarks.measurement import time_calls


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0.89, "not met"), (0.9, "met"), (1.09, "met"), (1.1, "not met")],
)
def test_an_aim_includes_its_lower_bound_and_not_its_upper(value, verdict):
    row = Measurement("memory", value, "times", at_least=0.9, below=1.1)
    assert (row.aim, row.verdict) == (">= 0.9, < 1.1", verdict)


def test_what_cannot_be_measured_has_no_verdict():
    row = Measurement("native", None, "clips/s", at_least=1, note="no ops")
    assert (row.result, row.verdict) == ("no ops", "")


def test_warm_ups_are_called_and_not_counted():
    calls = []
    seconds = time_calls(lambda: calls.append(1), repeats=2, warm_ups=3)
    assert (len(calls), len(seconds)) == (5, 2)
