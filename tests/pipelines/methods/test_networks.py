import dataclasses
import json
import pathlib

import keras
import numpy as np
import pytest

from pipelines.datasets.clip import Clip
from pipelines.methods.networks import Networks
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.labels import SPEEDS
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.embedders import Flow
from pipelines.settings.embedders import Reconstruction
from pipelines.settings.front_ends import LogMel
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.losses import OutlierExposure
from pipelines.settings.losses import OwnClassError
from pipelines.settings.pretraining import BuiltInMachines
from pipelines.settings.scorers import Centroids
from pipelines.settings.scorers import HeadScore
from pipelines.settings.scorers import SelectiveMahalanobis
from pipelines.training.tasks import list_examples
from pipelines.training.tasks import list_tasks

PLAIN = Config(loss=NoisyArcMix(mix_position="waveform"), scorer=Centroids())
FLOW = dataclasses.replace(
    PLAIN,
    embedder=Flow(),
    loss=OutlierExposure(),
    scorer=HeadScore(),
    networks="section",
)
RECONSTRUCTION = Config(
    embedder=Reconstruction(front_end=LogMel(num_mel_bins=8), units=(4,)),
    loss=OwnClassError(),
    scorer=SelectiveMahalanobis(),
    networks="machine",
    clip_seconds=0.25,
    long_clips="crop",
    epochs=1,
    batch_size=8,
    holdout=0.2,
    keep="last",
)


def make_listed(key, role):
    machine, section = key.split("/")
    path = pathlib.Path(f"{machine}-{section}-{role}.wav")
    return ListedClip(Clip(path, machine, section, "train", False), role)


def list_keys(*keys, contrast=()):
    return [make_listed(key, "train") for key in keys] + [
        make_listed(key, "contrast") for key in contrast
    ]


def test_speeds_make_classes_where_there_is_but_one():
    _, alone = list_examples(list_keys("fan/00"), PLAIN)
    assert len(alone.classes) == 1 + len(SPEEDS)
    _, two = list_examples(list_keys("fan/00", "fan/02"), PLAIN)
    assert two.classes == ("fan/00", "fan/02")


@pytest.mark.parametrize(
    ("changes", "keys", "classes"),
    [
        (
            {"one_class": "contrast"},
            ("fan/00",),
            ("contrast/valve/00", "fan/00"),
        ),
        ({"one_class": "contrast"}, ("fan/00", "fan/02"), ("fan/00", "fan/02")),
        (
            {"further_classes": "built_in"},
            ("fan/00", "fan/02"),
            ("contrast/valve/00", "fan/00", "fan/02"),
        ),
        ({"pretraining": BuiltInMachines()}, ("a/0", "b/0"), ("a/0", "b/0")),
    ],
)
def test_contrasts_are_classes_where_they_are_asked_for(changes, keys, classes):
    config = dataclasses.replace(PLAIN, **changes)
    listed = list_keys(*keys, contrast=["valve/00"])
    examples, label_map = list_examples(listed, config)
    assert label_map.classes == classes
    assert {example.class_name for example in examples} == set(classes)
    assert "valve" not in label_map.keys and "valve" not in label_map.groups


def test_a_flow_s_outliers_are_no_machine_of_its_own():
    listed = list_keys("fan/00", contrast=["fan/02"])
    _, label_map = list_examples(listed, FLOW)
    assert label_map.classes == ("contrast/fan/02", "fan/00")
    assert label_map.keys == {"fan": (1,), "fan/00": (1,)}


def test_every_example_is_heard_at_all_its_places():
    config = dataclasses.replace(PLAIN, windows_per_clip=3)
    examples, _ = list_examples(list_keys("fan/00", "fan/02"), config)
    assert [one.place for one in examples] == [0.0, 0.5, 1.0] * 2


@pytest.fixture
def trained(eager, two_fans, tmp_path):
    """A network, its list, and a function that trains it elsewhere."""
    listed = prepare_clips(
        [str(two_fans)], RECONSTRUCTION, RunFolder(tmp_path / "lists")
    )

    def train(name, some=listed, config=RECONSTRUCTION):
        run = RunFolder(tmp_path / name)
        return Networks(config).train(list_tasks(some, config), run)

    return listed, train


def test_networks_are_trained_as_if_each_were_alone(trained):
    listed, train = trained
    config = dataclasses.replace(RECONSTRUCTION, networks="section")
    embedder, head = train("both", listed, config)
    assert [one.num_classes for one in head.heads] == [1, 1]
    for place, section in enumerate(("id_00", "id_02")):
        some = [one for one in listed if one.clip.section == section]
        alone, _ = train(section, some, config)
        for one, other in zip(
            embedder.embedders[place].get_weights(),
            alone.get_weights(),
            strict=True,
        ):
            np.testing.assert_array_equal(one, other)


def read_parts(network):
    """Of a joined network, whose own name a process gives but once."""
    for name in ("embedders", "heads"):
        if hasattr(network, name):
            return getattr(network, name)
    return [network]


@pytest.mark.parametrize("networks", ["one", "section"])
def test_a_training_that_goes_on_gives_the_same_names(trained, networks):
    listed, train = trained
    config = dataclasses.replace(RECONSTRUCTION, networks=networks)
    first, again = (
        [
            json.dumps(keras.saving.serialize_keras_object(part))
            for network in train("run", listed, config)
            for part in read_parts(network)
        ]
        for _ in range(2)
    )
    assert first == again


def test_residuals_are_measured_on_nothing_held_out(trained):
    listed, train = trained
    embedder, _ = train("all")
    roots = np.array(embedder.roots)
    fewer = [
        dataclasses.replace(one, role="left out")
        if one.role == "held out"
        else one
        for one in listed
    ]
    again, _ = train("without", fewer)
    np.testing.assert_array_equal(np.array(again.roots), roots)
