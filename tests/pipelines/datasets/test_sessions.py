import pathlib

import pytest

from pipelines.datasets.clip import Clip
from pipelines.datasets.reading import read_clips
from pipelines.datasets.sessions import session_groups
from pipelines.datasets.sessions import with_sessions


def find_sessions(*names, section="all"):
    clips = [
        Clip(pathlib.Path("data/fan", name), "fan", section, "train", False)
        for name in names
    ]
    return [clip.session for clip in with_sessions(clips)]


@pytest.mark.parametrize(
    "name, session",
    [
        ("train/x_2024-03-05.wav", "2024-03-05"),
        ("train/20240305_0007.wav", "2024-03-05"),
        ("train/2024_03_05 7.wav", "2024-03-05"),
        ("train/2024-03-05/normal/7.wav", "2024-03-05"),
        ("train/monday/late/7.wav", "monday/late"),
        # No date: numbers of a data set, a day that no month has.
        ("train/normal_id_00_00000012.wav", ""),
        ("train/section_00_source_train_normal_0007_load_100.wav", ""),
        ("train/20240231.wav", ""),
        ("train/120240305.wav", ""),
        ("train/normal/7.wav", ""),
    ],
)
def test_a_session_is_a_folder_or_a_date(name, session):
    assert find_sessions(name) == [session]


def test_the_folder_of_the_section_is_no_session():
    assert find_sessions("train/left/7.wav", section="left") == [""]


def test_times_are_split_at_gaps():
    names = [f"train/20240305T0800{i:02d}.wav" for i in range(0, 50, 10)]
    names += [f"train/20240305T1400{i:02d}.wav" for i in range(0, 50, 10)]
    # Midnight is no gap.
    names += ["train/2024-03-07_23-59-55.wav", "train/2024-03-08_00-00-05.wav"]
    found = find_sessions(*names)
    assert found[:5] == ["2024-03-05T08:00:00"] * 5
    assert found[5:10] == ["2024-03-05T14:00:00"] * 5
    assert found[10:] == ["2024-03-07T23:59:55"] * 2


def test_clips_of_every_hour_are_one_session():
    names = [f"train/20240305T{hour:02d}0000.wav" for hour in range(9)]
    assert len(set(find_sessions(*names))) == 1


def test_a_table_may_name_the_session(tmp_path):
    table = tmp_path / "clips.csv"
    table.write_text(
        "path,machine,split,label,session\n"
        "1.wav,fan,train,normal,night shift\n"
        "2_2024-03-05.wav,fan,train,normal,\n"
    )
    sessions = [clip.session for clip in read_clips(table)]
    assert sessions == ["night shift", "2024-03-05"]


def test_one_session_alone_makes_no_groups():
    assert session_groups(["a", "a", "b"], ["1", "1", ""]) == ["", "", ""]
    assert session_groups(["a"] * 3, ["1", "2", ""]) == ["a|1", "a|2", ""]
