"""Folders as people have them: without splits, by dates, deeper, mixed."""

import pathlib

import pytest

from pipelines.datasets import read_clips


def plant(root, *names):
    for name in names:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def keys(root, sections="auto"):
    clips = read_clips(root, sections=sections)
    assert {(clip.split, clip.is_anomaly) for clip in clips} == {
        ("train", False)
    }
    return [clip.key for clip in clips]


@pytest.mark.parametrize(
    "place",
    [
        "1.wav",
        "normal/1.wav",
        "2024-05-01/early/1.wav",
        "2024/05/01/1.wav",
        "train/1.wav",
        "train/2024-05-01/night shift/1.wav",
        "2024-05-01/train/normal/1.wav",
    ],
)
@pytest.mark.parametrize("above", ["pumpe", "plant/hall 2/pumpe"])
def test_a_machine_is_no_split_no_date_and_no_shift(tmp_path, above, place):
    plant(tmp_path, f"{above}/{place}")
    assert keys(tmp_path) == ["pumpe/all"]
    assert keys(tmp_path / above) == ["pumpe/all"]
    inner = (tmp_path / above / place).parent
    assert keys(inner) == ["pumpe/all"]


def test_the_working_folder_may_be_a_date(tmp_path, monkeypatch):
    plant(tmp_path, "pumpe/2024-05-01/1.wav", "pumpe/2024-05-01/late/1.wav")
    monkeypatch.chdir(tmp_path / "pumpe" / "2024-05-01")
    assert keys(".") == ["pumpe/all"] * 2


def test_a_folder_of_machines_has_each_by_its_name(tmp_path):
    plant(
        tmp_path,
        "hall 1/fan/1.wav",
        "hall 2/pump 3/2024-05-01/1.wav",
        "hall 2/pump 4/train/1.wav",
        "valve/id_00/normal/1.wav",
        "slider/train/normal_id_02_00000000.wav",
    )
    found = ["fan/all", "pump 3/all", "pump 4/all"]
    assert keys(tmp_path) == [*found, "slider/id_02", "valve/id_00"]


def test_dates_of_a_machine_are_one_wherever_they_stand(tmp_path):
    plant(
        tmp_path,
        "2024-05-01/pump/train/1.wav",
        "2024-05-02/pump/train/1.wav",
        "2024-05-02/fan/1.wav",
    )
    assert sorted(keys(tmp_path)) == ["fan/all", "pump/all", "pump/all"]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ("auto", ["left", "left"]),
        ("one", ["all", "all"]),
        ("folders", ["left", "left_2024-05-01"]),
    ],
)
def test_sections_are_told_by_the_setting(tmp_path, sections, expected):
    plant(tmp_path, "pump/train/left/1.wav")
    plant(tmp_path, "pump/train/left/2024-05-01/1.wav")
    found = keys(tmp_path, sections)
    assert sorted(found) == [f"pump/{name}" for name in expected]


def test_dates_are_sections_where_they_are_asked_for(tmp_path):
    plant(tmp_path, "pump/2024-05-01/early/1.wav", "pump/2024-05-02/1.wav")
    expected = ["pump/2024-05-01_early", "pump/2024-05-02"]
    assert keys(tmp_path, "folders") == expected


def test_deeper_folders_are_sections_where_they_are_asked_for(tmp_path):
    plant(tmp_path, "pump/train/left/upper/1.wav", "pump/train/3/1.wav")
    with pytest.raises(ValueError, match="left and upper.*--sections one"):
        read_clips(tmp_path)
    assert keys(tmp_path, "folders") == ["pump/3", "pump/left_upper"]
    assert keys(tmp_path, "one") == ["pump/all"] * 2


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        (["pump/train/1.wav", "pump/2.wav"], "in its splits, or none"),
        (["pump/test/1.wav", "pump/2024-05-01/2.wav"], "in its splits"),
        (["pump/1.wav", "pump/left/2.wav"], "hold another machine"),
        (["pump/train/1.wav", "pump/left/2.wav"], "hold another machine"),
        (["1.wav", "pump/train/2.wav"], "hold another machine"),
        (["pump/1.wav", "pump/id_00/normal/2.wav"], "in its splits, or none"),
        (["a/pump/1.wav", "b/pump/2.wav"], "names of their own.*rename"),
        (["a/pump/train/1.wav", "b/pump/2.wav"], "names of their own"),
        (["pump/anomaly_1.wav"], "none an anomaly.*pump/test"),
        (["pump/bad/1.wav", "pump/good/2.wav"], "none an anomaly"),
        (["fan/section_00_0000.wav"], "DCASE name lies in a split"),
        (["p/train/early/1.wav", "p/train/left/2.wav"], "--sections folders"),
        (["p/train/a_b/1.wav", "p/train/a/b/2.wav"], "left|a and b"),
    ],
)
def test_what_may_mean_two_things_is_an_error(tmp_path, places, complaint):
    plant(tmp_path, *places)
    with pytest.raises(ValueError, match=complaint) as error:
        read_clips(tmp_path)
    message = error.value.args[0]
    assert any(str(tmp_path / place) in message for place in places)
    assert (
        message.count(str(tmp_path)) > 1
        or len(places) == 1
        or ("--sections" in message)
    )


def test_two_folders_of_one_section_are_an_error(tmp_path):
    plant(tmp_path, "p/train/a_b/1.wav", "p/train/a/b/2.wav")
    with pytest.raises(ValueError, match="a name of its own"):
        read_clips(tmp_path, sections="folders")
