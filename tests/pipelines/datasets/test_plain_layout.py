import pathlib

import pytest

from pipelines.datasets import read_clips


def plant(root, *names):
    for name in names:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("place", "is_anomaly"),
    [
        ("3_normal.wav", False),
        ("Normal3.WAV", False),
        ("ANOMALY-07.flac", True),
        ("run 12 anomalous.ogg", True),
        ("abnormal.mp3", True),
        ("normal/3.wav", False),
        ("Good/3.wav", False),
        ("bad/3.wav", True),
        ("abnormal/anomaly_3.wav", True),
        ("3.wav", None),
        ("no_good_3.wav", None),
        ("normally_3.wav", None),
        ("paranormal.wav", None),
    ],
)
def test_whole_words_tell_the_label(tmp_path, place, is_anomaly):
    plant(tmp_path, f"press/test/{place}")
    (clip,) = read_clips(tmp_path)
    assert clip.is_anomaly is is_anomaly
    assert clip.key == "press/all"


def test_a_clip_without_label_is_normal_in_train_only(tmp_path):
    plant(tmp_path, "press/train/1.wav", "press/test/1.wav")
    labels = {clip.split: clip.is_anomaly for clip in read_clips(tmp_path)}
    assert labels == {"train": False, "test": None}


@pytest.mark.parametrize(
    "place",
    ["left/1.wav", "left/normal/1.wav", "normal/left/1.wav"],
)
def test_a_folder_below_the_split_is_the_section(tmp_path, place):
    plant(tmp_path, f"press/Train/{place}")
    (clip,) = read_clips(tmp_path)
    assert (clip.key, clip.split, clip.is_anomaly) == (
        "press/left",
        "train",
        False,
    )


def test_the_test_folder_may_tell_the_domain(tmp_path):
    plant(tmp_path, "press/source_test/1.wav", "press/target_test/1.wav")
    clips = read_clips(tmp_path)
    assert [clip.domain for clip in clips] == ["source", "target"]


@pytest.mark.parametrize(
    ("place", "complaint"),
    [
        ("train/anomaly_1.wav", "must be normal"),
        ("train/abnormal/1.wav", "must be normal"),
        ("test/normal/anomaly_1.wav", "has both"),
        ("test/abnormal_or_normal.wav", "has both"),
        ("test/left/upper/1.wav", "one folder that names the section"),
    ],
)
def test_what_cannot_be_told_is_named(tmp_path, place, complaint):
    plant(tmp_path, f"press/{place}")
    with pytest.raises(ValueError, match=complaint) as error:
        read_clips(tmp_path)
    assert place in error.value.args[0]
