import pathlib

from pipelines.datasets.clip import Clip
from pipelines.runs.labels import SPEEDS
from pipelines.runs.labels import add_speeds
from pipelines.runs.labels import class_name
from pipelines.runs.labels import make_examples
from pipelines.runs.labels import make_label_map
from pipelines.runs.labels import spread_windows


def make_clip(machine, section, attributes=()):
    path = pathlib.Path(f"{machine}-{section}-{attributes}.wav")
    return Clip(path, machine, section, "train", False, attributes=attributes)


def test_a_bare_machine_means_all_its_sections():
    clips = [
        make_clip("fan", "id_02"),
        make_clip("fan", "id_00"),
        make_clip("pump", "id_00"),
    ]
    examples = make_examples(clips, "section")
    label_map = make_label_map(examples, examples)
    assert label_map.classes == ("fan/id_00", "fan/id_02", "pump/id_00")
    assert label_map.keys == {
        "fan": (0, 1),
        "fan/id_00": (0,),
        "fan/id_02": (1,),
        "pump": (2,),
        "pump/id_00": (2,),
    }


def test_a_key_means_all_classes_of_its_attributes():
    clips = [
        make_clip("fan", "section_00", (("vel", "6"),)),
        make_clip("fan", "section_00", (("vel", "8"),)),
    ]
    examples = make_examples(clips, "attributes")
    label_map = make_label_map(examples, examples)
    assert label_map.classes == (
        "fan/section_00/vel_6",
        "fan/section_00/vel_8",
    )
    assert label_map.keys["fan/section_00"] == (0, 1)


def test_a_clip_without_attributes_is_of_the_class_of_its_section():
    assert class_name(make_clip("fan", "all"), "attributes") == "fan/all"


def test_copies_at_other_speeds_are_classes_that_no_key_means():
    own = make_examples([make_clip("fan", "id_00")], "section")
    examples = add_speeds(own)
    label_map = make_label_map(examples, own)
    assert len(label_map.classes) == 1 + len(SPEEDS)
    own_class = label_map.classes.index("fan/id_00")
    assert label_map.keys == {"fan": (own_class,), "fan/id_00": (own_class,)}
    assert all(speed != 1 for speed in SPEEDS)


def test_auxiliary_classes_from_coarse_to_fine():
    clip = Clip(
        pathlib.Path("a.wav"),
        "fan",
        "section_00",
        "train",
        False,
        "target",
        (("vel", "6"), ("loc", "A")),
    )
    names = [
        class_name(clip, classes, with_domain)
        for classes in ("one", "machine", "section", "attributes")
        for with_domain in (False, True)
    ]
    assert names == [
        "all",
        "all#target",
        "fan",
        "fan#target",
        "fan/section_00",
        "fan/section_00#target",
        "fan/section_00/vel_6_loc_A",
        "fan/section_00/vel_6_loc_A#target",
    ]


def test_a_clip_without_a_domain_has_none_in_its_class():
    assert class_name(make_clip("fan", "id_00"), "section", True) == "fan/id_00"


def test_every_section_is_a_group_and_a_bare_machine_means_all_of_them():
    clips = [make_clip("pump", "id_00")]
    clips += [make_clip("fan", section) for section in ("id_02", "id_00")]
    examples = make_examples(clips, "machine")
    label_map = make_label_map(examples, examples)
    assert label_map.classes == ("fan", "pump")
    assert label_map.keys["fan/id_00"] == label_map.keys["fan/id_02"] == (0,)
    assert label_map.groups == {
        "fan": (0, 1),
        "fan/id_00": (0,),
        "fan/id_02": (1,),
        "pump": (2,),
        "pump/id_00": (2,),
    }


def test_places_reach_evenly_from_beginning_to_end():
    examples = make_examples([make_clip("fan", "id_00")], "section")
    assert spread_windows(examples, 1) == examples
    spread = spread_windows(examples, 5)
    assert [one.place for one in spread] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert {one.class_name for one in spread} == {"fan/id_00"}


def test_copies_at_other_speeds_are_spread_like_any():
    own = make_examples([make_clip("fan", "id_00")], "section")
    spread = spread_windows(add_speeds(own), 2)
    expected = [(s, p) for s in (1.0, *SPEEDS) for p in (0.0, 1.0)]
    assert [(one.speed, one.place) for one in spread] == expected
