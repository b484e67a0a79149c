import concurrent.futures
import dataclasses
import os
import shutil

import numpy as np
import pytest

import pipelines.evaluation.stand_in_windows
from pipelines.audio.inspection import inspect_clips
from pipelines.audio.libsndfile import decode_clip
from pipelines.datasets import read_clips
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.datasets.faults.stand_ins import alter
from pipelines.evaluation.stand_in_windows import NORMAL
from pipelines.evaluation.stand_in_windows import clip_number
from pipelines.evaluation.stand_in_windows import stand_in_windows
from pipelines.settings.config import Config
from tuning.settings.values import with_values

CONFIG = Config(sampling_rate=8000, clip_seconds=0.4)


def inspect(root):
    clips = [clip for clip in read_clips(root) if clip.split == "train"]
    return inspect_clips(clips)[0]


@pytest.fixture
def clips(two_fans):
    return inspect(two_fans)[::5]


@pytest.mark.parametrize("kind", [NORMAL, *STAND_INS])
def test_windows_are_those_of_the_whole_altered_clips(kind, clips, tmp_path):
    rows = stand_in_windows(tmp_path / "proxy", clips, kind, CONFIG, seed=3)
    expected = []
    for place, one in enumerate(clips):
        waveform = decode_clip(one.clip.path, 8000)
        if kind != NORMAL:
            rng = np.random.default_rng(clip_number(one, kind, 3))
            waveform = alter(kind, waveform, 8000, rng)
        # A second in windows of 0.4 s: three, evenly spaced.
        expected += [(place, waveform[i : i + 3200]) for i in (0, 2400, 4800)]
    assert rows["clip"].tolist() == [place for place, _ in expected]
    np.testing.assert_array_equal(
        rows["window"], np.array([window for _, window in expected])
    )


def test_settings_that_count_have_files_of_their_own(clips, tmp_path):
    def made(config=CONFIG, seed=0, chosen=clips, kind="impulses"):
        rows = stand_in_windows(tmp_path, chosen, kind, config, seed)
        return os.path.basename(rows.filename)

    names = [
        made(),
        made(seed=1),
        made(chosen=clips[:-1]),
        made(kind="band_gain"),
        made(dataclasses.replace(CONFIG, sampling_rate=16000)),
        made(dataclasses.replace(CONFIG, clip_seconds=0.5)),
        made(dataclasses.replace(CONFIG, long_clips="crop")),
        made(dataclasses.replace(CONFIG, recording_channel=0)),
    ]
    assert len(set(names)) == len(names)
    assert made(with_values(CONFIG, {"margin": 0.1, "epochs": 9})) == names[0]


def test_recordings_elsewhere_make_the_same_bytes(two_fans, tmp_path):
    moved = tmp_path / "elsewhere" / "data"
    shutil.copytree(two_fans, moved)
    found = []
    for place, root in enumerate((two_fans, moved)):
        folder = tmp_path / f"proxy_{place}"
        rows = stand_in_windows(
            folder, inspect(root)[:3], "pitch_shift", CONFIG
        )
        found.append((os.path.basename(rows.filename), rows.tobytes()))
    assert found[0] == found[1]


def test_windows_are_made_once(clips, tmp_path, monkeypatch):
    first = stand_in_windows(tmp_path, clips, "band_gain", CONFIG)
    monkeypatch.setattr(
        pipelines.evaluation.stand_in_windows, "decode_clip", None
    )
    again = stand_in_windows(tmp_path, clips, "band_gain", CONFIG)
    np.testing.assert_array_equal(first, again)


def test_writers_at_the_same_time_do_not_disturb_each_other(clips, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        found = list(
            threads.map(
                lambda _: stand_in_windows(
                    tmp_path / "proxy", clips, "impulses", CONFIG
                ).tobytes(),
                range(8),
            )
        )
    assert len(set(found)) == 1
    assert len(list((tmp_path / "proxy").iterdir())) == 1


def test_an_interrupted_writer_leaves_nothing(clips, tmp_path, monkeypatch):
    calls = []

    def interrupt(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return decode_clip(*arguments)

    monkeypatch.setattr(
        pipelines.evaluation.stand_in_windows, "decode_clip", interrupt
    )
    with pytest.raises(KeyboardInterrupt):
        stand_in_windows(tmp_path / "proxy", clips, NORMAL, CONFIG)
    assert not list((tmp_path / "proxy").iterdir())


def test_a_clip_that_is_gone_is_named(clips, tmp_path):
    clips[1].clip.path.unlink()
    with pytest.raises(ValueError, match=clips[1].clip.path.name):
        stand_in_windows(tmp_path / "proxy", clips, NORMAL, CONFIG)
