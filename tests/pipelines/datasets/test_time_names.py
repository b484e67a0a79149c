import pytest

from pipelines.datasets.time_names import is_time
from pipelines.datasets.time_names import mark_times


@pytest.mark.parametrize(
    "name",
    "2024-05-01 20240501 2024_05_01 01.05.2024 1.5.2024 2024 2024-05 2024-W18 "
    "KW18 week18 monday Montag 2024-05-01T14-30-00 20240501_143000 06h00 early "
    "shift_1 day1 Nachtschicht session_3 01may2024".split()
    + ["1 May 2024", "shift A", "night shift", "1st shift", "Tag 1"]
    + ["2024-05-01 14.30", "Frühschicht 2"],
)
def test_dates_and_shifts_are_times(name):
    assert is_time(name)


@pytest.mark.parametrize(
    "name",
    "left 3 01 id_00 section_00 pump normal train hall pump-2024 line_1 A may "
    "6_dB_fan 1000rpm 12-34-567 speed_10 5_kg a1 m-n X2024 202 10-15 3.15 "
    "Pump_1_2 fan_20240501 99999999".split()
    + ["pump 2024-05-01", "night pump", "load 5", ""],
)
def test_what_may_be_a_unit_is_none(name):
    assert not is_time(name)


def test_a_number_is_one_below_a_time_only():
    assert mark_times(["2024", "05", "01", "14-30"]) == [True] * 4
    assert mark_times(["pump", "05", "2024"]) == [False, False, True]
