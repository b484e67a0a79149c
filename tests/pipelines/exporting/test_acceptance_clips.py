"""Clips that exported forms are tried on: some are gone, some are damaged."""

import numpy as np
import pytest
import soundfile

from pipelines.exporting.acceptance_clips import check_ranges
from pipelines.exporting.acceptance_clips import real_clips
from pipelines.exporting.export_form import load_forms
from pipelines.runs.clip_list import ListedClip
from pipelines.settings.config import Config


@pytest.fixture
def listed(tmp_path, inspect):
    """Ten clips; clip i is constant at (i + 1) / 16."""
    paths = [tmp_path / "fan" / f"{number}.wav" for number in range(10)]
    paths[0].parent.mkdir()
    for number, path in enumerate(paths):
        level = np.full(1_000, (number + 1) / 16)
        soundfile.write(path, level, 16_000)
    return [ListedClip(one.clip, "train", "", one) for one in inspect(*paths)]


def places(clips):
    return [round(16 * float(waveform[0])) - 1 for waveform, _ in clips]


def test_they_come_from_all_over_the_list(listed):
    clips = real_clips(listed, Config(), 4)
    assert places(clips) == [0, 3, 6, 9]
    assert {key for _, key in clips} == {listed[0].clip.key}
    assert sorted(places(real_clips(listed, Config(), 64))) == list(range(10))


def test_one_that_is_damaged_or_gone_makes_room_for_another(listed, caplog):
    listed[0].clip.path.write_bytes(b"no sound")
    listed[1].clip.path.unlink()
    path = listed[9].clip.path
    path.write_bytes(path.read_bytes()[:500])
    clips = real_clips(listed, Config(), 4)
    assert places(clips) == [3, 6, 2, 4]
    assert len(caplog.messages) == 2
    for place in (0, 9):
        assert f"clip left out: {listed[place].clip.path}: " in caplog.text


def test_none_that_is_left_is_told(listed, caplog):
    for entry in listed:
        entry.clip.path.unlink()
    assert real_clips(listed, Config(), 4) == []
    assert "none of the run's 10 normal clips can be read" in caplog.text
    folder = str(listed[0].clip.path.parent)
    with pytest.raises(
        ValueError, match="litert_int8 takes its ranges"
    ) as stop:
        check_ranges(*load_forms(["litert_int8"]), [], listed)
    assert folder in str(stop.value)
