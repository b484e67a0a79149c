import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.datasets import parse_dcase_name
from pipelines.datasets import read_clips

TWO_DIGITS = st.integers(0, 99).map("{:02d}".format)
FOUR_DIGITS = st.integers(0, 9999).map("{:04d}".format)
LABELS = st.sampled_from([None, "normal", "anomaly"])
DOMAINS = st.sampled_from(["source", "target"])
SPLITS = st.sampled_from(["train", "test"])
SUFFIXES = st.sampled_from([".wav", ".WAV", ".flac", ".ogg", ".mp3"])
PAIRS = st.lists(
    st.tuples(
        st.sampled_from(["vel", "loc", "car", "m-n", "ac"]),
        st.sampled_from(["16", "A", "0.11", "31V", "C2"]),
    ),
    max_size=4,
)


def plant(root, *names):
    for name in names:
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def rows(root):
    return [
        (
            clip.path.relative_to(root).as_posix(),
            clip.key,
            clip.split,
            clip.domain,
            clip.is_anomaly,
        )
        for clip in read_clips(root)
    ]


@given(TWO_DIGITS, LABELS, st.integers(0, 99999999), SUFFIXES)
def test_a_name_of_2020_comes_back(unit, label, index, suffix):
    prefix = f"{label}_" if label else ""
    parsed = parse_dcase_name(f"{prefix}id_{unit}_{index:08d}{suffix}")
    assert parsed.section == f"id_{unit}"
    assert parsed.is_anomaly == {"normal": False, "anomaly": True}.get(label)
    assert (parsed.domain, parsed.split, parsed.attributes) == (None, None, ())


@given(
    TWO_DIGITS,
    DOMAINS,
    SPLITS,
    st.sampled_from(["normal", "anomaly"]),
    FOUR_DIGITS,
    PAIRS,
    SUFFIXES,
)
def test_a_name_of_2021_to_2026_comes_back(
    unit, domain, split, label, index, pairs, suffix
):
    tail = "".join(f"_{name}_{value}" for name, value in pairs)
    parsed = parse_dcase_name(
        f"section_{unit}_{domain}_{split}_{label}_{index}{tail}{suffix}"
    )
    assert parsed.section == f"section_{unit}"
    assert parsed.domain == domain
    assert parsed.split == split
    assert parsed.is_anomaly == (label == "anomaly")
    assert parsed.attributes == tuple(pairs)


@pytest.mark.parametrize(
    "name",
    [
        "normal.wav",
        "normal_id_0_00000000.wav",
        "Normal_id_00_00000000.wav",
        "my_normal_id_00_00000000.wav",
        "normal_id_00_00000000_copy.wav",
        "normal_id_00_00000000 (1).wav",
        "section_00_source_train_0000_normal.wav",
        "section_00_middle_train_normal_0000.wav",
        "section_00_source_0000.wav",
        "section_00_source_train_0000.wav",
        "section_00_noise_supplemental_normal_0000.wav",
        "section_\u0661\u0662_0000.wav",
        "attributes_00.csv",
    ],
)
def test_a_name_that_only_resembles_one_is_refused(name):
    assert parse_dcase_name(name) is None


def test_2020_is_read(tmp_path):
    plant(
        tmp_path,
        "dev_data/fan/train/normal_id_00_00000000.wav",
        "dev_data/fan/test/normal_id_00_00000000.wav",
        "dev_data/fan/test/anomaly_id_00_00000000.wav",
        "eval_data/fan/test/id_05_00000000.wav",
    )
    assert rows(tmp_path) == [
        (
            "dev_data/fan/test/anomaly_id_00_00000000.wav",
            "fan/id_00",
            "test",
            None,
            True,
        ),
        (
            "dev_data/fan/test/normal_id_00_00000000.wav",
            "fan/id_00",
            "test",
            None,
            False,
        ),
        (
            "dev_data/fan/train/normal_id_00_00000000.wav",
            "fan/id_00",
            "train",
            None,
            False,
        ),
        (
            "eval_data/fan/test/id_05_00000000.wav",
            "fan/id_05",
            "test",
            None,
            None,
        ),
    ]


def test_2021_has_two_test_folders(tmp_path):
    plant(
        tmp_path,
        "gearbox/source_test/section_00_source_test_anomaly_0000.wav",
        "gearbox/source_test/section_03_source_test_0000.wav",
        "gearbox/target_test/section_00_target_test_normal_0000.wav",
        "gearbox/train/section_00_source_train_normal_0000_0_g_25_mm.wav",
        "gearbox/train/section_00_target_train_normal_0000_50_g_30_mm.wav",
    )
    assert [row[1:] for row in rows(tmp_path)] == [
        ("gearbox/section_00", "test", "source", True),
        ("gearbox/section_03", "test", "source", None),
        ("gearbox/section_00", "test", "target", False),
        ("gearbox/section_00", "train", "source", False),
        ("gearbox/section_00", "train", "target", False),
    ]
    clip = read_clips(tmp_path)[3]
    assert clip.attributes == (("g", "0"), ("mm", "25"))


@pytest.mark.parametrize(
    ("tail", "attributes"),
    [
        ("_vel_16_loc_A", (("vel", "16"), ("loc", "A"))),  # 2022, 2023
        ("_weight15_BckgA", (("weight", "15"), ("Bckg", "A"))),  # 2024
        ("_noAttribute", ()),  # 2024, 2025, 2026
        ("_", ()),
        ("", ()),
    ],
)
def test_2022_to_2026_are_read(tmp_path, tail, attributes):
    plant(
        tmp_path,
        "bearing/attributes_00.csv",
        f"bearing/test/section_00_target_test_anomaly_0049{tail}.wav",
        f"bearing/train/section_00_source_train_normal_0989{tail}.wav",
    )
    assert [row[1:] for row in rows(tmp_path)] == [
        ("bearing/section_00", "test", "target", True),
        ("bearing/section_00", "train", "source", False),
    ]
    assert {clip.attributes for clip in read_clips(tmp_path)} == {attributes}


def test_an_evaluation_test_tells_neither_label_nor_domain(tmp_path):
    plant(tmp_path, "Scanner/test/section_00_0000.wav")
    assert [row[1:] for row in rows(tmp_path)] == [
        ("Scanner/section_00", "test", None, None)
    ]


def test_the_misnamed_clips_of_2024_are_read(tmp_path):
    name = "section_00_target_anomaly_0059_weight25_BckgE.wav"
    plant(tmp_path, f"RoboticArm/test/{name}")
    (clip,) = read_clips(tmp_path)
    assert (clip.split, clip.domain, clip.is_anomaly) == (
        "test",
        "target",
        True,
    )
    assert clip.attributes == (("weight", "25"), ("Bckg", "E"))


def test_supplemental_clips_of_2025_are_left_out(tmp_path):
    plant(
        tmp_path,
        "fan/supplemental/section_00_noise_supplemental_normal_0000.wav",
        "fan/supplemental/section_00_source_train_normal_0000.wav",
        "fan/train/section_00_source_train_normal_0001_n_B.wav",
    )
    assert [clip.path.parent.name for clip in read_clips(tmp_path)] == ["train"]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("train/holiday.wav", "DCASE names only"),
        ("train/deep/normal_id_00_00000001.wav", "DCASE names only"),
        ("train/anomaly_id_00_00000001.wav", "must be named `normal`"),
        ("train/id_00_00000001.wav", "must be named `normal`"),
        ("train/section_00_source_test_normal_0000.wav", "same split"),
        ("test/section_00_source_train_normal_0000.wav", "same split"),
        ("source_test/section_00_target_test_normal_0000.wav", "same split"),
    ],
)
def test_what_does_not_fit_a_dcase_machine_is_named(tmp_path, name, complaint):
    plant(tmp_path, "fan/train/normal_id_00_00000000.wav", f"fan/{name}")
    with pytest.raises(ValueError, match=complaint) as error:
        read_clips(tmp_path)
    assert name in error.value.args[0]
