"""Recordings that change between two starts of a training."""

import dataclasses
import logging
import os

import numpy as np
import pytest
import soundfile

from keras_asd.__main__ import main
from pipelines.audio.recording_state import read_state
from pipelines.exporting.contract import training_digest
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config

CONFIG = Config(holdout=0.0, keep="last")


@pytest.fixture
def prepare(two_fans, tmp_path):
    def prepare_in(name="run", config=CONFIG, **options):
        run = RunFolder(tmp_path / name)
        return prepare_clips([str(two_fans)], config, run, **options)

    return prepare_in


def train_clips(folder):
    return sorted((folder / "fan" / "train").iterdir())


def by_path(listed):
    return {entry.clip.path: entry for entry in listed}


def test_unchanged_recordings_are_not_read_again(
    prepare, two_fans, monkeypatch, caplog
):
    before = prepare()
    monkeypatch.setattr("pipelines.audio.recording_state.read_state", None)
    monkeypatch.setattr("pipelines.runs.changed_clips.inspect_clips", None)
    assert prepare() == before
    assert not caplog.text


def test_what_changed_is_named_and_inspected_again(
    prepare, two_fans, tmp_path, caplog
):
    before = by_path(prepare())
    replaced, cut, deleted, touched = train_clips(two_fans)[:4]
    soundfile.write(replaced, np.full(12_000, 0.1), 16_000)
    cut.write_bytes(cut.read_bytes()[:9_000])
    deleted.unlink()
    os.utime(touched)
    after = prepare()
    found = by_path(after)
    assert found[replaced].inspected.num_samples == 12_000
    assert found[replaced].role == "train"
    assert found[cut].role == "left out"
    assert found[cut].reason.startswith("truncated")
    assert found[deleted].role == "left out"
    assert found[deleted].reason.startswith("missing")
    for path in (replaced, cut, deleted):
        assert f"changed: {path}: " in caplog.text
    assert str(touched) not in caplog.text
    for path, entry in found.items():
        if path not in (replaced, cut, deleted):
            assert entry == before[path]
    assert "3 recordings have changed since the run began" in caplog.text
    fresh = prepare("fresh")
    assert training_digest(after) == training_digest(fresh)
    caplog.clear()
    assert prepare() == after
    assert not caplog.text


def test_one_of_the_same_size_and_time_is_found_by_verifying(
    prepare, two_fans, caplog
):
    before = by_path(prepare())
    path = train_clips(two_fans)[0]
    old = path.stat()
    soundfile.write(path, 0.5 * soundfile.read(path)[0], 16_000)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert by_path(prepare())[path] == before[path]
    changed = by_path(prepare(verify=True))[path]
    assert changed.inspected.sha256 != before[path].inspected.sha256


def test_a_lost_class_is_refused_and_nothing_is_written(
    prepare, two_fans, tmp_path
):
    before = prepare()
    for path in train_clips(two_fans):
        if "id_02" in path.name:
            path.rename(tmp_path / path.name)
    with pytest.raises(ValueError, match="fan/id_02.*Bring the recordings"):
        prepare()
    for path in tmp_path.glob("normal_id_02_*"):
        path.rename(two_fans / "fan" / "train" / path.name)
    assert prepare() == before


def test_too_many_broken_ones_are_refused(prepare, two_fans, caplog):
    caplog.set_level(logging.ERROR)
    config = dataclasses.replace(CONFIG, max_broken_share=0.1)
    prepare(config=config)
    for path in train_clips(two_fans)[:5]:
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="5 of 20 clips broken"):
        prepare(config=config)


@pytest.mark.parametrize(
    ("words", "next_step"),
    [
        (["--preset", "reduced"], "fit_run.warn_of_promises"),
        ([], "stages.read_or_make_plan"),
    ],
)
def test_the_flag_of_train_verifies(
    words, next_step, two_fans, tmp_path, monkeypatch, caplog
):
    def interrupt(*_):
        raise KeyboardInterrupt

    # What follows on the clip lists, those of the stages among them.
    monkeypatch.setattr(f"pipelines.anytime.{next_step}", interrupt)
    run = RunFolder(tmp_path / "run")
    words = ["train", str(two_fans), "--run", str(run.path), *words]
    path = train_clips(two_fans)[0]
    assert main(words) == 130
    old = path.stat()
    soundfile.write(path, 0.5 * soundfile.read(path)[0], 16_000)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    # A stage that has ended stays as it is.
    lists = [*run.path.rglob("clips.csv")]
    lists = [one for one in lists if one.parent.name != "training_free"]
    assert len(lists) == (1 if "--preset" in words else 2)
    before = [one.read_text() for one in lists]
    assert main(words) == 130
    assert [one.read_text() for one in lists] == before
    assert main([*words, "--verify"]) == 130
    assert f"changed: {path}: inspected again" in caplog.text
    sha256 = read_state(path).sha256
    assert all(sha256 in one.read_text() for one in lists)
