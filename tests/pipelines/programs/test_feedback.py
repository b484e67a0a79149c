"""What feedback changes, what it does not, and how it is taken back."""

import json
import pathlib

import numpy as np
import pytest

from pipelines.feedback import versions
from pipelines.programs.feedback import tell_fault
from pipelines.programs.feedback import tell_normal
from pipelines.programs.feedback_undo import feedback_table
from pipelines.programs.feedback_undo import undo
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.stages import find_run
from pipelines.runs.stages import find_stage
from tests.pipelines.programs.feedback_cases import OTHER
from tests.pipelines.programs.feedback_cases import TOLD
from tests.pipelines.programs.feedback_cases import Place


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("feedback")).make()


@pytest.fixture
def place(trained, tmp_path):
    return trained.copy(tmp_path / "place")


def test_told_normals_are_normal_and_nothing_else_changes(place):
    told = place.hums("told", 190, 24)
    fresh = place.hums("fresh", 190, 20, first=100)
    before = place.scores(TOLD, fresh)
    others = place.scores(OTHER, place.data)
    weights = place.detector().embedder.get_weights()
    lines = tell_normal(place.run, [told], TOLD)
    assert "version 1 of the run is in use" in lines[0]
    after = place.scores(TOLD, fresh)
    assert before[:, 2].mean() == 1 and after[:, 2].mean() <= 0.2
    assert (after[:, 0] < before[:, 0]).all()
    # Of another machine: scores to the last bit, and decisions.
    again = place.scores(OTHER, place.data)
    np.testing.assert_array_equal(again[:, [0, 2]], others[:, [0, 2]])
    np.testing.assert_allclose(again[:, 1], others[:, 1], rtol=1e-6)
    for old, new in zip(
        weights, place.detector().embedder.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(old, new)


def test_undone_to_the_last_bit(place):
    told = place.hums("told", 190, 24)
    before = place.scores(TOLD, place.data)
    tell_normal(place.run, [told], TOLD)
    assert (place.scores(TOLD, place.data) != before).any()
    undo(place.run, 1)
    np.testing.assert_array_equal(place.scores(TOLD, place.data), before)
    assert "undone" in feedback_table(place.run).plain()
    assert undo(place.run, 1)[0].startswith("nothing new")


def test_an_older_entry_undone_leaves_the_newer_one(place):
    before = place.scores(TOLD, place.data)
    tell_normal(place.run, [place.hums("told", 190, 24)], TOLD)
    tell_normal(place.run, [place.hums("also", 420, 24)], OTHER)
    others = place.scores(OTHER, place.data)
    undo(place.run, 1)
    np.testing.assert_array_equal(
        place.scores(TOLD, place.data)[:, [0, 2]], before[:, [0, 2]]
    )
    np.testing.assert_array_equal(
        place.scores(OTHER, place.data)[:, [0, 2]], others[:, [0, 2]]
    )
    undo(place.run, 2)
    assert find_run(place.run).path == pathlib.Path(place.run)


def test_one_of_two_entries_on_a_machine_undone(place):
    tell_normal(place.run, [place.hums("first", 190, 24)], TOLD)
    tell_normal(place.run, [place.hums("second", 210, 24)], TOLD)
    undo(place.run, 1)
    left = place.scores(TOLD, place.data)
    undo(place.run, 2)
    tell_normal(place.run, [str(place.folder / "second")], TOLD)
    np.testing.assert_array_equal(place.scores(TOLD, place.data), left)


def test_a_version_that_loses_a_known_fault_is_refused(place):
    fault = place.hums("fault", 190, 6)
    tell_fault(place.run, [fault], TOLD, name="loose screw")
    before = place.scores(TOLD, place.data)
    like_it = place.hums("like_it", 190, 24, first=100)
    with pytest.raises(ValueError, match="known faults.*loose screw: "):
        tell_normal(place.run, [like_it], TOLD)
    np.testing.assert_array_equal(place.scores(TOLD, place.data), before)
    assert len(read_journal(find_stage(place.run)).entries) == 1
    lines = tell_normal(place.run, [like_it], TOLD, force=True)
    assert any("used though" in line for line in lines)
    # The fault itself cannot be normal, nor the normals a fault.
    assert "nothing new" in tell_normal(place.run, [fault], TOLD)[0]


def test_the_oldest_leave_first(place):
    first = place.hums("first", 190, 20)
    tell_normal(place.run, [first], TOLD, max_clips=30)
    tell_normal(place.run, [place.hums("second", 260, 20)], TOLD, max_clips=30)
    listed = (find_run(place.run).clips).read_text()
    assert listed.count("/first/") == 10 and listed.count("/second/") == 20
    with pytest.raises(ValueError, match="`max_clips` must be at least 1"):
        tell_normal(place.run, [first], TOLD, max_clips=0)


def test_what_a_kill_left_is_replaced(place, monkeypatch):
    told = place.hums("told", 190, 24)
    before = place.scores(TOLD, place.data)
    monkeypatch.setattr(
        "pipelines.programs.feedback.write_journal",
        lambda *_: (_ for _ in ()).throw(KeyboardInterrupt),
    )
    with pytest.raises(KeyboardInterrupt):
        tell_normal(place.run, [told], TOLD)
    monkeypatch.undo()
    np.testing.assert_array_equal(place.scores(TOLD, place.data), before)
    tell_normal(place.run, [told], TOLD)
    assert find_run(place.run).path.name == "1"
    # A version that was tampered with is not gone back to, but made again.
    tell_normal(place.run, [place.hums("more", 200, 24)], TOLD)
    path = find_stage(place.run).path / "feedback" / "1" / "labels.json"
    path.write_text("{}")
    undo(place.run, 2)
    assert find_run(place.run).path.name == "3"


def test_damage_is_refused(place):
    tell_normal(place.run, [place.hums("told", 190, 24)], TOLD)
    run = find_stage(place.run)
    path = run.path / "feedback" / "entries" / "1.npz"
    path.write_bytes(path.read_bytes().replace(b"PK", b"KP"))
    with pytest.raises(ValueError, match="embeddings of a run must be"):
        tell_normal(place.run, [place.hums("more", 200, 24)], TOLD)
    journal = run.path / "feedback" / "journal.json"
    content = json.loads(journal.read_text())
    journal.write_text(json.dumps({**content, "current": 9}))
    with pytest.raises(ValueError, match="journal of feedback"):
        find_run(place.run)


def test_what_is_no_feedback(place):
    told = place.hums("told", 190, 24)
    with pytest.raises(ValueError, match="about one machine"):
        tell_normal(place.run, [told], "fan")
    with pytest.raises(ValueError, match="number of an entry"):
        undo(place.run, 1)
    tell_normal(place.run, [told], TOLD)
    with pytest.raises(ValueError, match="not to one of its versions"):
        undo(str(find_run(place.run).path), 1)


def test_the_clips_of_the_training_are_known(place):
    lines = tell_normal(place.run, [str(place.data / "fan/train")], TOLD)
    assert lines == ["nothing new: all these clips are known already"]
    assert (
        versions.version_of(
            find_stage(place.run), read_journal(find_stage(place.run))
        )
        == 0
    )
