"""What a watch writes in one moment, and how it waits for a full disk."""

import dataclasses

import pytest

from pipelines.files.disk import FullDisk
from pipelines.watching.history import History
from pipelines.watching.sound_source import Notice
from pipelines.watching.watch import Watch
from tests.pipelines.watching.watch_cases import Line
from tests.pipelines.watching.watch_cases import make_judge

FAULT = [1.0] * 10 + [9.0] * 10


@pytest.fixture
def history(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        yield history


class Folder(Line):
    """Each window completes a recording; a broken one is a notice."""

    def listen(self, hearing, position, stop):
        yield Notice("clip_skipped", "b: cut.", 0.0, done=("b.wav", 7, 8))
        for window in super().listen(hearing, position, stop):
            done = (f"{window.start}.wav", 3, 4)
            yield dataclasses.replace(window, done=done)


def test_recordings_that_are_done_stay_so(history):
    list(Watch(make_judge(), [Folder([1.0, 1.0])], history).listen())
    done = {"b.wav": (7, 8), "0.wav": (3, 4), "100.wav": (3, 4)}
    assert history.done_clips("line") == done


def fill_disk(history, monkeypatch, fails):
    """Some writings, counted from 1, find the disk full."""
    write, calls = history.write, []

    def write_or_fail(**rows):
        calls.append(rows)
        if len(calls) in fails:
            raise FullDisk("The disk must hold what is written.")
        write(**rows)

    monkeypatch.setattr(history, "write", write_or_fail)


def test_a_live_source_is_waited_with_while_the_disk_is_full(
    history, monkeypatch
):
    module = "pipelines.watching.patient_writing"
    monkeypatch.setattr(f"{module}.RETRY_SECONDS", 0.01)
    fill_disk(history, monkeypatch, {2, 3, 4})
    line = Line(FAULT, is_live=True)
    kinds = [e.kind for e in Watch(make_judge(), [line], history).listen()]
    assert kinds.count("disk_full") == 1 and kinds.count("alarm") == 1
    assert [one.anomaly_score for one in history.windows("fan")] == FAULT


def test_a_folder_ends_the_watch_and_a_later_one_goes_on(history, monkeypatch):
    with monkeypatch.context() as patch:
        fill_disk(history, patch, {2})
        with pytest.raises(FullDisk):
            list(Watch(make_judge(), [Line(FAULT)], history).listen())
    assert not history.windows("fan")
    list(Watch(make_judge(), [Line(FAULT)], history).listen())
    assert [one.anomaly_score for one in history.windows("fan")] == FAULT
