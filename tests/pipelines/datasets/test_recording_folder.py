import os
import pathlib

import pytest

from pipelines.datasets.recording_folder import find_recordings
from pipelines.datasets.recording_folder import walk_recordings


def plant(root, *names):
    for name in names:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folder_knows_its_machine(tmp_path):
    plant(tmp_path, "raw/fan/test/left/2.wav", "raw/fan/test/left/1.wav")
    (folder,) = walk_recordings(tmp_path)
    assert folder.machine == "fan"
    assert folder.home == tmp_path / "raw" / "fan"
    assert folder.below == ("test", "left")
    assert folder.names == ("1.wav", "2.wav")
    assert folder.split == ("test", None)


def test_hidden_and_other_files_are_passed_over(tmp_path):
    plant(
        tmp_path,
        "README.md",
        ".cache/fan/train/1.wav",
        "fan/attributes_00.csv",
        "fan/train/.DS_Store",
        "fan/train/._1.wav",
        "fan/train/1.wav",
        "fan/train/1.txt",
    )
    (folder,) = walk_recordings(tmp_path)
    assert folder.names == ("1.wav",)


@pytest.mark.parametrize("wrapper", ["train/fan/train", "test/fan/train"])
def test_the_nearest_split_counts(tmp_path, wrapper):
    plant(tmp_path, f"{wrapper}/1.wav")
    (folder,) = walk_recordings(tmp_path)
    assert (folder.machine, folder.below) == ("fan", ("train",))


def test_links_are_followed_but_never_in_a_circle(tmp_path):
    plant(tmp_path, "store/1.wav", "data/fan/test/1.wav")
    os.symlink(tmp_path / "store", tmp_path / "data/fan/train")
    os.symlink(tmp_path / "store/1.wav", tmp_path / "data/fan/test/2.wav")
    os.symlink(tmp_path / "data", tmp_path / "data/fan/test/back")
    os.symlink(tmp_path / "data/fan", tmp_path / "data/pump")
    found = [
        (folder.machine, folder.below, folder.names)
        for folder in walk_recordings(tmp_path / "data")
    ]
    assert found == [
        ("fan", ("test",), ("1.wav", "2.wav")),
        ("fan", ("train",), ("1.wav",)),
    ]


def test_folders_linked_to_each_other_are_walked_once(tmp_path):
    plant(tmp_path, "fan/train/1.wav")
    folders = [tmp_path / f"link_{number}" for number in range(7)]
    for folder in folders:
        folder.mkdir()
        (folder / "fan").symlink_to(tmp_path / "fan")
        for other in folders:
            (folder / other.name).symlink_to(other)
    [folder] = walk_recordings(tmp_path)
    assert folder.path == tmp_path / "fan" / "train"
    assert len(find_recordings([str(tmp_path)])) == 1


def test_a_folder_that_is_linked_twice_counts_where_it_lies(tmp_path):
    plant(tmp_path, "pump/train/1.wav")
    (tmp_path / "a_link_of_pump").symlink_to(tmp_path / "pump")
    [folder] = walk_recordings(tmp_path)
    assert folder.machine == "pump"


def test_a_sub_folder_that_cannot_be_read_is_named_and_left_out(
    tmp_path, monkeypatch, caplog
):
    plant(tmp_path, "fan/train/1.wav", "pump/\n/train/1.wav", "zip/train/1.wav")
    closed = str(tmp_path / "pump" / "\n")
    scan = os.scandir

    def scan_open(path):
        if path == closed:
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scan_open)
    assert len(find_recordings([str(tmp_path)])) == 2
    assert caplog.messages == [
        rf"left out: folder {tmp_path}/pump/\n: cannot be read: "
        "Permission denied"
    ]
    with pytest.raises(PermissionError):
        find_recordings([closed])


@pytest.mark.parametrize(
    "place",
    ["fan/train_data/1.wav", "fan/Training/left/1.wav", "val/fan/1.wav"],
)
def test_what_is_almost_a_split_is_named(tmp_path, place):
    plant(tmp_path, place)
    with pytest.raises(ValueError, match="named train and test") as error:
        list(walk_recordings(tmp_path))
    assert str(tmp_path / place) in error.value.args[0]


@pytest.mark.parametrize("place", ["fan/id_00/1.wav", "fan/id_02/good/1.wav"])
def test_half_of_mimii_is_named(tmp_path, place):
    plant(tmp_path, place)
    with pytest.raises(ValueError, match="Expected.*DCASE.*MIMII") as error:
        list(walk_recordings(tmp_path))
    assert str(tmp_path / place) in error.value.args[0]


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        list(walk_recordings(tmp_path / "nowhere"))
