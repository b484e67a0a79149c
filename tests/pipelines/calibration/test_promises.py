import pathlib

import pytest

from pipelines.audio.inspected_clip import InspectedClip
from pipelines.calibration.promises import describe_promises
from pipelines.calibration.promises import describe_sessions
from pipelines.calibration.promises import find_unseen
from pipelines.calibration.promises import planned_clips
from pipelines.datasets.clip import Clip
from pipelines.runs.clip_list import ListedClip
from pipelines.settings.presets import PRESETS


def list_clips(roles, sessions=None):
    listed = []
    for index, role in enumerate(roles):
        path = pathlib.Path(f"{index:03d}.wav")
        session = sessions[index] if sessions else ""
        clip = Clip(path, "fan", "a", "train", False, session=session)
        good = InspectedClip(clip, "WAV", "PCM_16", 16_000, 1, 100, False)
        listed.append(ListedClip(clip, role, "", good))
    return listed


@pytest.mark.parametrize("name", PRESETS)
def test_no_preset_decides_by_clips_that_it_was_trained_on(name):
    config = PRESETS[name]
    listed = list_clips(["train"] * 100 + ["held out"] * 3)
    counted = find_unseen(listed, config)
    assert counted[-3:].all()
    assert counted[:100].all() == (not config.is_trained)
    assert counted[:100].any() == (not config.is_trained)
    of_key = planned_clips(listed, config)["fan/a"]
    assert of_key == {"source": 103 if counted.all() else 3, "target": 0}


def test_our_presets_hold_out_what_decisions_need_and_papers_do_not():
    needing = {
        name for name in PRESETS if PRESETS[name].calibration_holdout == "needs"
    }
    assert {"reduced", "dual_branch_fused", "tastgram_study"} <= needing
    assert not needing & {
        "tastgram_mfn_noisy_arcmix",
        "dual_branch_subcluster_adacos",
        "autoencoder",
        "glow_aff",
    }


def test_few_clips_are_told_what_would_help():
    [line] = describe_promises({"fan/a": {"source": 8, "target": 0}}, 0.05)
    assert line.startswith("no alarm will ever be possible at a rate of 5 %")
    for part in ("fan/a (8 clips)", "19 are needed", "11 more", "12 %"):
        assert part in line
    assert describe_promises({"fan/a": {"source": 19}}, 0.05) == []


def test_a_machine_without_unseen_clips_is_uncalibrated():
    counts = {f"fan/{unit}": {"source": 0} for unit in "abcdef"}
    [line] = describe_promises(counts, 0.05)
    assert line.startswith("uncalibrated, no decisions: fan/a, fan/b")
    assert "2 more" in line and "--holdout" in line


def test_a_domain_of_few_clips_is_named():
    [line] = describe_promises({"fan/a": {"source": 95, "target": 5}}, 0.05)
    assert line == (
        "no promise for the target domain of fan/a (5 clips): 19 are needed"
    )


def test_held_out_clips_of_a_session_that_was_trained_on_do_not_count():
    roles = ["train", "held out", "held out"]
    counted = find_unseen(list_clips(roles, "112"), PRESETS["reduced"])
    assert counted.tolist() == [False, False, True]
    counted = find_unseen(list_clips(roles, "111"), PRESETS["reduced"])
    assert counted.tolist() == [False, True, True]


def test_a_machine_heard_in_one_session_alone_is_told_so():
    [line] = describe_sessions(list_clips(["train"] * 2, "11"))
    assert "one recording session alone: fan/a" in line
    assert describe_sessions(list_clips(["train"] * 2, "12")) == []
    assert describe_sessions(list_clips(["train"] * 2)) == []
