import dataclasses
import logging
import types

import pytest

from pipelines.runs.known_clips import choose_test_clips
from pipelines.settings.config import Config


def choose(root, keys=("fan", "fan/id_00", "fan/id_02"), trained_on=(), **more):
    detector = types.SimpleNamespace(keys=dict.fromkeys(keys))
    paths = {path.resolve() for path in trained_on}
    config = dataclasses.replace(Config(), **more)
    return choose_test_clips([str(root)], config, detector, paths)


def test_all_test_clips_of_known_machines_are_scored(two_fans):
    inspected, left_out = choose(two_fans)
    assert {one.clip.split for one in inspected} == {"test"}
    assert len(inspected) == 12
    assert not left_out


def test_a_machine_that_the_run_does_not_know_is_left_out(two_fans, caplog):
    with caplog.at_level(logging.WARNING):
        inspected, left_out = choose(two_fans, keys=("fan", "fan/id_00"))
    assert {one.clip.key for one in inspected} == {"fan/id_00"}
    assert {(clip.key, reason) for clip, reason in left_out} == {
        ("fan/id_02", "the run does not know fan/id_02")
    }
    assert "6 test clips: the run does not know fan/id_02" in caplog.text


def test_what_the_run_was_trained_on_does_not_judge_it(two_fans):
    path = two_fans / "fan" / "test" / "normal_id_00_00000001.wav"
    link = two_fans.parent / "link"
    link.symlink_to(two_fans)
    inspected, left_out = choose(link, trained_on=[path])
    assert len(inspected) == 11
    [(clip, reason)] = left_out
    assert clip.path.resolve() == path
    assert reason == "the run was trained on it"


def test_a_broken_clip_is_left_out_with_its_reason(two_fans, caplog):
    path = two_fans / "fan" / "test" / "normal_id_00_00000001.wav"
    path.write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        inspected, [(clip, reason)] = choose(two_fans)
    assert len(inspected) == 11
    assert clip.path == path
    assert reason.startswith("empty")
    assert f"{path}: empty" in caplog.text
    with pytest.raises(ValueError, match="1 of 12 clips broken"):
        choose(two_fans, max_broken_share=0.0)


def test_where_nothing_can_be_scored_the_machines_are_named(two_fans):
    with pytest.raises(ValueError, match=r"\(pump, pump/id_00\)"):
        choose(two_fans, keys=("pump", "pump/id_00"))
