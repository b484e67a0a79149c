"""Known faults named by whatever judges a clip."""

import pytest

from keras_asd.__main__ import main
from pipelines.feedback.named_faults import read_nearest_fault
from pipelines.programs.explain import explain
from pipelines.programs.feedback import tell_fault
from pipelines.programs.feedback_undo import undo
from tests.pipelines.programs.feedback_cases import TOLD
from tests.pipelines.programs.feedback_cases import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("named")).make()
    tell_fault(place.run, [place.hums("screw", 190, 3)], TOLD, "loose screw")
    tell_fault(place.run, [place.hums("belt", 700, 3)], TOLD, "worn belt")
    place.hums("later", 190, 1, first=50)
    return place


def test_an_alarm_is_printed_with_the_nearest_fault(place, tmp_path, capsys):
    page = tmp_path / "page.html"
    clip = str(place.folder / "later")
    usual = str(place.data / "fan/train/normal_id_00_00000000.wav")
    words = ["score", place.run, clip, usual, "--machine", TOLD]
    assert main([*words, "--report", str(page)]) == 0
    header, alarm, normal, *_ = capsys.readouterr().out.splitlines()
    assert header.split("\t")[-1] == "nearest_fault"
    assert alarm.split("\t")[-1].startswith("loose screw (0")
    assert normal.split("\t")[3] == "0" and normal.split("\t")[-1] == ""
    said = "Nearest known fault: loose screw (distance 0"
    assert page.read_text().count(said) == 1


def test_an_explanation_names_it(place, tmp_path):
    clip = str(place.folder / "later" / "050.wav")
    (made,) = explain(place.run, [clip], str(tmp_path), TOLD)
    assert made.nearest["name"] == "loose screw"


def test_a_fault_that_was_undone_is_named_no_more(place, tmp_path):
    copy = place.copy(tmp_path / "copy")
    undo(copy.run, 1)
    undo(copy.run, 2)
    assert read_nearest_fault(copy.run) is None
