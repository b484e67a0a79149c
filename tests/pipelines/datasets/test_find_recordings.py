import os

import pytest

from pipelines.datasets.recording_folder import find_recordings


@pytest.fixture
def tree(tmp_path):
    for name in ("b.wav", "a.FLAC", "z/c.mp3", "d/e.ogg", "d/.f.wav", "n.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_a_folder_is_listed_by_name_its_own_recordings_first(tree):
    found = find_recordings([str(tree)])
    assert [os.path.relpath(path, tree) for path in found] == [
        "a.FLAC",
        "b.wav",
        "d/e.ogg",
        "z/c.mp3",
    ]


def test_a_recording_named_twice_is_listed_once_where_it_came_first(
    tree, monkeypatch
):
    monkeypatch.chdir(tree)
    found = find_recordings(["z/c.mp3", str(tree), "./d/../b.wav", "gone.wav"])
    names = [os.path.basename(path) for path in found]
    assert names == ["c.mp3", "a.FLAC", "b.wav", "e.ogg", "gone.wav"]


def test_a_folder_linked_into_itself_is_walked_once(tree):
    (tree / "d" / "again").symlink_to(tree)
    assert len(find_recordings([str(tree)])) == 4


def test_a_folder_without_recordings_is_named(tree):
    (tree / "none").mkdir()
    with pytest.raises(FileNotFoundError, match="none"):
        find_recordings([str(tree), str(tree / "none")])
