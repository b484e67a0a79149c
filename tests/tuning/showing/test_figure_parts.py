import math

import pytest
from hypothesis import given
from hypothesis import strategies

from pipelines.settings.config import Config
from tuning.settings.ranges import RANGES
from tuning.settings.ranges import list_choices
from tuning.showing.figure_parts import ParameterAxis


@pytest.mark.parametrize("name", RANGES)
def test_every_range_has_an_axis_with_ticks_inside(name):
    one = RANGES[name]
    values = [one.low, one.high]
    if one.kind == "choice":
        # The scorers are those that suit the settings, in any order.
        values = list(one.choices) or sorted(list_choices(name, Config()))
    axis = ParameterAxis(name, values)
    places = [axis.position(value) for value in values]
    assert places == sorted(places)
    ticks = [place for place, _ in axis.ticks]
    assert len(ticks) >= 2
    assert ticks == sorted(ticks)
    assert all(-1e-6 <= tick <= 1 + 1e-6 for tick in ticks)
    assert len({label for _, label in axis.ticks}) == len(ticks)


@given(strategies.lists(strategies.floats(1e-3, 1e3), min_size=1))
def test_values_beyond_the_range_widen_the_axis(values):
    axis = ParameterAxis("scale", values)
    assert all(0 <= axis.position(value) <= 1 for value in values)
    assert axis.ticks


def test_zero_has_no_position_among_factors():
    axis = ParameterAxis("weight_decay", [0.01, 0.0])
    assert math.isnan(axis.position(0.0))
    assert 0 < axis.position(0.01) < 1


def test_an_unknown_choice_has_no_position():
    assert math.isnan(ParameterAxis("gate", ["raw"]).position("other"))


def test_a_single_value_lies_in_the_middle():
    assert ParameterAxis("unknown", [3.0, 3.0]).position(3.0) == 0.5
