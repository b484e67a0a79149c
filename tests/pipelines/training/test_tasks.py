import dataclasses
import pathlib

import pytest

from pipelines.datasets.clip import Clip
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import LabelMap
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.labels import part_name
from pipelines.settings.config import Config
from pipelines.settings.embedders import Flow
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import OutlierExposure
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import HeadScore
from pipelines.training.tasks import join_label_maps
from pipelines.training.tasks import part_clips

SECTIONS = ("fan/00", "fan/02", "pump/00")
ONE = Config(loss=NoisyArcMix(mix_position="waveform"), scorer=Centroids())
BY_MACHINE = dataclasses.replace(ONE, networks="machine")
FLOW = dataclasses.replace(
    ONE,
    embedder=Flow(),
    loss=OutlierExposure(),
    scorer=HeadScore(),
    networks="section",
)


def list_clips():
    """Of each section a clip in every role, and a contrast."""
    listed = []
    for key in SECTIONS:
        for role in ("train", "held out", "test", "left out"):
            machine, section = key.split("/")
            path = pathlib.Path(f"{machine}-{section}-{role}.wav")
            clip = Clip(path, machine, section, "train", False)
            listed.append(ListedClip(clip, role))
    clip = Clip(pathlib.Path("valve.wav"), "valve", "00", "train", False)
    return [*listed, ListedClip(clip, "contrast")]


def names(part):
    return sorted(
        (entry.role, entry.clip.path.stem)
        for entry in part
        if entry.role != "contrast"
    ), sorted(e.clip.path.stem for e in part if e.role == "contrast")


def test_one_network_takes_the_list_as_it_is():
    listed = list_clips()
    assert part_clips(listed, ONE) == {"": listed}


def test_each_machine_s_network_takes_its_own_clips_and_the_contrast():
    parts = part_clips(list_clips(), BY_MACHINE)
    assert list(parts) == ["fan", "pump"]
    own, contrast = names(parts["fan"])
    assert own == [
        ("held out", "fan-00-held out"),
        ("held out", "fan-02-held out"),
        ("train", "fan-00-train"),
        ("train", "fan-02-train"),
    ]
    assert contrast == ["valve"]
    assert names(parts["pump"])[0] == [
        ("held out", "pump-00-held out"),
        ("train", "pump-00-train"),
    ]


def test_a_flow_s_outliers_are_training_clips_of_its_siblings():
    parts = part_clips(list_clips(), FLOW)
    assert list(parts) == list(SECTIONS)
    for key, outliers in (
        ("fan/00", ["fan-02-train", "valve"]),
        ("fan/02", ["fan-00-train", "valve"]),
        ("pump/00", ["valve"]),
    ):
        own, contrast = names(parts[key])
        stem = key.replace("/", "-")
        assert own == [
            ("held out", f"{stem}-held out"),
            ("train", f"{stem}-train"),
        ]
        assert contrast == outliers


def test_other_networks_of_sections_have_no_outliers():
    config = dataclasses.replace(ONE, networks="section")
    parts = part_clips(list_clips(), config)
    assert all(names(part)[1] == ["valve"] for part in parts.values())


def test_a_machine_s_name_is_all_before_the_last_stroke():
    assert part_name("a/b/00", "machine") == "a/b"
    assert {part_name(key, "one") for key in SECTIONS} == {""}


@pytest.mark.parametrize("networks", ["machine", "section"])
@pytest.mark.parametrize("classes", ["section", "machine", "one"])
def test_joined_classes_and_groups_are_each_network_s_own_in_a_row(
    networks, classes
):
    config = dataclasses.replace(ONE, networks=networks, classes=classes)
    maps = {}
    for name, part in part_clips(list_clips(), config).items():
        clips = [entry.clip for entry in part if entry.role == "train"]
        own = make_examples(clips, classes)
        maps[name] = make_label_map(own, own)
    joined = join_label_maps(list(maps.values()))
    rows = [
        (name, place, class_name)
        for name, one in maps.items()
        for place, class_name in enumerate(one.classes)
    ]
    assert joined.classes == tuple(class_name for _, _, class_name in rows)
    for key in joined.keys:
        expected = [
            index
            for index, (name, place, _) in enumerate(rows)
            if place in maps[name].keys.get(key, ())
        ]
        assert list(joined.keys[key]) == expected
    assert joined.groups == {
        "fan": (0, 1),
        "fan/00": (0,),
        "fan/02": (1,),
        "pump": (2,),
        "pump/00": (2,),
    }
    assert list(joined.keys) == sorted(joined.keys)


def test_classes_that_no_machine_owns_shift_those_that_follow():
    first = LabelMap(("a", "a@0.84"), {"fan": (0,)}, {"fan": (0,)})
    second = LabelMap(("b",), {"pump": (0,)}, {"pump": (0,)})
    joined = join_label_maps([first, second])
    assert joined.keys == {"fan": (0,), "pump": (2,)}
    assert joined.groups == {"fan": (0,), "pump": (1,)}
