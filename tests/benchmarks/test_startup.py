import pytest

from benchmarks.startup import AIM
from benchmarks.startup import STARTS
from benchmarks.startup import start_up_seconds


@pytest.mark.parametrize("name", STARTS)
def test_it_starts_in_half_a_second(name):
    # The best of a few: a first start compiles what it imports.
    assert min(start_up_seconds(STARTS[name]) for _ in range(3)) < AIM
