"""File of events: whole lines, rotated, repaired."""

import errno
import json
import os

import pytest

from pipelines.files.disk import FullDisk
from pipelines.watching.events import Event
from pipelines.watching.outlets.events_file import EventsFile

LINE = len(Event("started", 0.0, index=1).to_json()) + 1


def send(file, *indices):
    for index in indices:
        file.send(Event("started", 0.0, index=index))


def indices(path):
    return [json.loads(line)["index"] for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.jsonl"


def test_files_are_rotated_by_size_and_the_oldest_goes(path):
    send(EventsFile(path, max_bytes=2 * LINE, num_kept=2), *range(1, 8))
    names = {one.name: indices(one) for one in path.parent.iterdir()}
    assert names == {
        "events.jsonl": [7],
        "events.jsonl.1": [5, 6],
        "events.jsonl.2": [3, 4],
    }


def test_without_old_files_the_file_begins_anew(path):
    send(EventsFile(path, max_bytes=2 * LINE, num_kept=0), 1, 2, 3)
    assert list(path.parent.iterdir()) == [path] and indices(path) == [3]


def test_an_event_longer_than_the_limit_is_written(path):
    send(EventsFile(path, max_bytes=10), 1, 2)
    assert indices(path) == [2]


@pytest.mark.parametrize("torn", ['{"index": 3, "ti', "\0" * 40, "x\0\n\0\0"])
def test_a_torn_line_is_cut_on_the_next_start(path, torn):
    send(EventsFile(path), 1, 2)
    whole = path.read_bytes()
    path.write_bytes(whole + torn.encode())
    if "\n" in torn:
        with pytest.raises(ValueError, match="one event a line"):
            EventsFile(path)
        return
    file = EventsFile(path)
    assert path.read_bytes() == whole and file.received() == 2
    send(file, 3)
    assert indices(path) == [1, 2, 3]


def test_after_a_kill_within_a_rotation_the_old_file_says_where_it_was(path):
    send(EventsFile(path), 1, 2)
    path.rename(f"{path}.1")
    assert EventsFile(path).received() == 2


def test_a_file_of_something_else_is_refused_and_stays(path):
    path.write_text("notes\n")
    with pytest.raises(ValueError, match="must have one event a line"):
        EventsFile(path)
    assert path.read_text() == "notes\n"


def test_a_full_disk_leaves_whole_lines(path, monkeypatch):
    file = EventsFile(path)
    send(file, 1)
    write = os.write

    def write_half(descriptor, content):
        return write(descriptor, content[: len(content) // 2])

    monkeypatch.setattr(os, "write", write_half)
    with pytest.raises(OSError, match="only part"):
        send(file, 2)
    monkeypatch.undo()
    assert indices(path) == [1] and file.received() == 1
    send(file, 2)
    assert indices(path) == [1, 2]


def test_no_room_at_all_names_the_disk(path, monkeypatch):
    file = EventsFile(path)

    def write_nothing(descriptor, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write_nothing)
    with pytest.raises(FullDisk, match="disk with"):
        send(file, 1)
    assert path.read_bytes() == b"" and file.received() is None


def test_what_is_no_plain_file_is_refused():
    with pytest.raises(ValueError, match="must be a plain file"):
        EventsFile("/dev/null")
