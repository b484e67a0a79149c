"""A machine that joins a trained run, and what is told of it later."""

import numpy as np
import pytest

from pipelines.programs.enrol import enrol
from pipelines.programs.feedback import tell_normal
from pipelines.programs.feedback_undo import undo
from pipelines.runs.stages import find_run
from tests.hostile.world import RATE
from tests.pipelines.programs.feedback_cases import OTHER
from tests.pipelines.programs.feedback_cases import TOLD
from tests.pipelines.programs.feedback_cases import Place

NEW = "pump/id_07"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("enrolment")).make()


@pytest.fixture
def place(trained, tmp_path):
    return trained.copy(tmp_path / "place")


def test_a_new_machine_is_judged_and_the_others_as_before(place):
    others = place.scores(OTHER, place.data)
    lines = enrol(place.run, NEW, [place.hums("new", 900, 24)])
    assert "4 %" in lines[1] and "5 % requested" in lines[1]
    fresh = place.hums("fresh", 900, 20, first=100)
    strange = place.hums("strange", 500, 10)
    for key in (NEW, "pump"):
        assert place.scores(key, fresh)[:, 2].mean() <= 0.2
        assert (place.scores(key, strange)[:, 2] == 1).all()
    again = place.scores(OTHER, place.data)
    np.testing.assert_array_equal(again[:, [0, 2]], others[:, [0, 2]])
    assert list(place.detector().keys)[-2:] == [NEW, "pump"]
    # The same clips again are nothing new; others are feedback.
    assert (
        "nothing new" in enrol(place.run, NEW, [str(place.folder / "new")])[0]
    )
    with pytest.raises(ValueError, match="must have a new name"):
        enrol(place.run, NEW, [place.hums("more", 910, 4)])


def test_a_new_machine_learns_and_is_undone(place):
    enrol(place.run, NEW, [place.hums("new", 900, 24)])
    before = place.scores(NEW, place.data)
    tell_normal(place.run, [place.hums("faster", 990, 24)], NEW)
    tell_normal(place.run, [place.hums("told", 190, 24)], TOLD)
    undo(place.run, 2)
    np.testing.assert_array_equal(
        place.scores(NEW, place.data)[:, [0, 2]], before[:, [0, 2]]
    )
    with pytest.raises(ValueError, match="before what came after it"):
        undo(place.run, 1)
    undo(place.run, 3)
    undo(place.run, 1)
    assert str(find_run(place.run).path) == place.run


def test_too_few_clips_promise_nothing(place):
    lines = enrol(place.run, NEW, [place.hums("new", 900, 8)])
    assert any("no alarm will ever be possible" in line for line in lines)


def test_what_cannot_be_enrolled(place):
    new = place.hums("new", 900, 4)
    with pytest.raises(ValueError, match="MACHINE/SECTION"):
        enrol(place.run, "pump", [new])
    with pytest.raises(ValueError, match="recordings of its own"):
        enrol(place.run, NEW, [str(place.data / "fan/train")])


@pytest.mark.parametrize(
    "changes, rule",
    [
        ({"scorer": "CentreAngle"}, "scorer=CentreAngle.*NearestNeighbors"),
        (
            {"scorer": "NearestNeighbors", "networks": "machine"},
            "one network hears all",
        ),
    ],
)
def test_a_network_that_must_know_the_machine_is_refused(
    tmp_path, changes, rule
):
    place = Place(tmp_path)
    small = {"sampling_rate": RATE, "clip_seconds": 0.5, "epochs": 1}
    bins = {"embedder.front_end.num_mel_bins": 16, "embedder.width": 0.125}
    place.make("tastgram_study", small | bins | changes)
    with pytest.raises(ValueError, match=rule):
        enrol(place.run, NEW, [place.hums("new", 900, 4)])
