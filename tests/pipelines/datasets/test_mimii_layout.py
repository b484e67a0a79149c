import pathlib
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.datasets import read_clips
from pipelines.datasets.mimii_layout import read_mimii
from pipelines.datasets.recording_folder import RecordingFolder


def folder(section, label, count):
    return RecordingFolder(
        pathlib.Path("fan", section, label),
        "fan",
        (section, label),
        tuple(f"{index:08d}.wav" for index in range(count)),
    )


def plant(root, place, count):
    path = pathlib.Path(root, place)
    path.mkdir(parents=True)
    for index in range(count):
        (path / f"{index:08d}.wav").touch()


def held_out(clips):
    return [clip.path for clip in clips if clip.split == "test"]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5))
def test_test_gets_as_many_normals_as_anomalies_at_most_half(
    num_normals, num_anomalies, seed
):
    clips = list(
        read_mimii(
            [
                folder("id_00", "abnormal", num_anomalies),
                folder("id_00", "normal", num_normals),
            ],
            seed,
        )
    )
    test = [clip.is_anomaly for clip in clips if clip.split == "test"]
    train = [clip.is_anomaly for clip in clips if clip.split == "train"]
    assert test.count(True) == num_anomalies
    assert test.count(False) == min(num_anomalies, num_normals // 2)
    assert train == [False] * (num_normals - test.count(False))


def test_the_seed_chooses_the_split():
    folders = [folder("id_00", "abnormal", 9), folder("id_00", "normal", 30)]
    splits = [held_out(read_mimii(folders, seed)) for seed in (0, 0, 1, 2)]
    assert splits[0] == splits[1]
    assert len({tuple(split) for split in splits}) == 3


def test_the_split_of_an_id_does_not_depend_on_the_others():
    first = [folder("id_00", "abnormal", 9), folder("id_00", "normal", 30)]
    second = [folder("id_02", "abnormal", 5), folder("id_02", "normal", 30)]
    alone = held_out(read_mimii(second, 7))
    together = held_out(read_mimii(first + second, 7))
    assert [path for path in together if "id_02" in path.parts] == alone


def test_two_ids_are_not_split_alike():
    folders = [
        folder(section, label, 30)
        for section in ("id_00", "id_02")
        for label in ("abnormal", "normal")
    ]
    chosen = [path for path in held_out(read_mimii(folders, 0))]
    normals = [path for path in chosen if path.parent.name == "normal"]
    assert {path.name for path in normals[:15]} != {
        path.name for path in normals[15:]
    }


@pytest.mark.parametrize("wrapper", ["", "6_dB_fan", "train/test_id_07/raw"])
def test_the_original_tree_is_read_below_any_folders(tmp_path, wrapper):
    plant(tmp_path, pathlib.Path(wrapper, "fan/id_00/normal"), 5)
    plant(tmp_path, pathlib.Path(wrapper, "fan/id_00/abnormal"), 2)
    clips = read_clips(tmp_path)
    assert {clip.key for clip in clips} == {"fan/id_00"}
    assert [clip.is_anomaly for clip in clips] == [True] * 2 + [False] * 5
    assert len(held_out(clips)) == 4


def test_the_machine_may_be_the_root(tmp_path):
    plant(tmp_path, "fan/id_04/abnormal", 2)
    assert {clip.key for clip in read_clips(tmp_path / "fan")} == {"fan/id_04"}


def test_one_recording_at_two_noise_levels_stays_on_one_side(tmp_path):
    plant(tmp_path, "6_dB_fan/fan/id_00/normal", 20)
    plant(tmp_path, "6_dB_fan/fan/id_00/abnormal", 5)
    shutil.copytree(tmp_path / "6_dB_fan", tmp_path / "0_dB_fan")
    names = [
        clip.path.relative_to(tmp_path).parts[1:]
        for clip in read_clips(tmp_path)
        if clip.split == "test"
    ]
    assert len(names) == 20
    assert names[:10] == names[10:]
