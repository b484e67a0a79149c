import os
import pathlib
import subprocess
import sys

import pytest

from pipelines.datasets import read_clips


def plant(root, *names):
    for name in names:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


MIXED = (
    "2020/dev_data/slider/train/normal_id_00_00000000.wav",
    "2020/dev_data/slider/test/anomaly_id_00_00000000.wav",
    "2022/fan/train/section_00_source_train_normal_0000_m-n_W.wav",
    "mine/press/train/1.wav",
    "mimii/valve/id_00/abnormal/00000000.wav",
    "mimii/valve/id_00/normal/00000000.wav",
)


def test_every_machine_may_have_its_own_layout(tmp_path):
    plant(tmp_path, *MIXED)
    assert [clip.key for clip in read_clips(tmp_path)] == [
        "slider/id_00",
        "slider/id_00",
        "fan/section_00",
        "valve/id_00",
        "valve/id_00",
        "press/all",
    ]


def test_the_order_does_not_depend_on_that_of_creation(tmp_path):
    plant(tmp_path / "a", *MIXED)
    plant(tmp_path / "b", *reversed(MIXED))
    first, second = (
        [clip.path.relative_to(tmp_path / name) for clip in read_clips(root)]
        for name, root in (("a", tmp_path / "a"), ("b", str(tmp_path / "b")))
    )
    assert first == second
    assert [path.as_posix() for path in first] == sorted(MIXED)


@pytest.mark.parametrize(
    "parent",
    [
        "normal_id_07_00000000.wav/id_03",
        "anomaly/section_05_target_test_anomaly_0000",
        "train/source_test",
        "supplemental/abnormal",
    ],
)
def test_names_of_folders_further_up_do_not_matter(tmp_path, parent):
    place = f"{parent}/fan/train/section_00_source_train_normal_0000.wav"
    own = f"{parent}/press/test/4.wav"
    plant(tmp_path, place, own)
    for root in (tmp_path, tmp_path / parent):
        first, second = read_clips(root)
        assert (first.key, first.split) == ("fan/section_00", "train")
        assert (first.domain, first.is_anomaly) == ("source", False)
        assert (second.key, second.is_anomaly) == ("press/all", None)


def test_the_root_may_be_one_machine(tmp_path, monkeypatch):
    plant(tmp_path, "fan/train/normal_id_00_00000000.wav")
    assert read_clips(tmp_path / "fan")[0].key == "fan/id_00"
    monkeypatch.chdir(tmp_path / "fan")
    (clip,) = read_clips(".")
    assert clip.key == "fan/id_00"
    assert clip.path == pathlib.Path("train/normal_id_00_00000000.wav")


def test_two_machine_folders_of_one_name_may_differ_in_layout(tmp_path):
    plant(
        tmp_path,
        "official/fan/train/normal_id_00_00000000.wav",
        "mine/fan/train/1.wav",
    )
    keys = [clip.key for clip in read_clips(tmp_path)]
    assert keys == ["fan/all", "fan/id_00"]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["README.md"],
        ["fan/train/._1.wav"],
        ["fan/supplemental/section_00_noise_supplemental_normal_0000.wav"],
        ["fan/attributes_00.csv"],
    ],
)
def test_a_root_without_clips_is_named(tmp_path, names):
    plant(tmp_path, *names)
    with pytest.raises(FileNotFoundError, match="Expected.*<machine>") as error:
        read_clips(tmp_path)
    assert str(tmp_path) in error.value.args[0]


@pytest.mark.parametrize("name", ["nowhere", "nowhere.csv", "clip.wav"])
def test_a_root_that_is_no_folder_is_named(tmp_path, name):
    plant(tmp_path, "clip.wav")
    with pytest.raises(FileNotFoundError, match=f"{name}.*Expected"):
        read_clips(tmp_path / name)


def test_no_recording_is_looked_at(tmp_path, monkeypatch):
    plant(tmp_path, *MIXED)
    looked_at = []

    def spy(name):
        original = getattr(os, name)

        def spied(path, *args, **kwargs):
            looked_at.append(pathlib.Path(os.fspath(path)))
            return original(path, *args, **kwargs)

        monkeypatch.setattr(os, name, spied)

    for name in ("stat", "lstat", "open"):
        spy(name)
    assert len(read_clips(tmp_path)) == len(MIXED)
    assert not [path for path in looked_at if path.suffix == ".wav"]


def test_reading_clips_imports_nothing_heavy():
    code = (
        "import sys, pipelines.datasets as _; "
        "print({'numpy', 'keras', 'tensorflow', 'matplotlib', 'soundfile'}"
        " & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"
