import json

import pytest
import yaml

from pipelines.settings.config import Config
from pipelines.settings.embedders import CustomEmbedder
from pipelines.settings.embedders import DualBranch
from pipelines.settings.embedders import MobileFaceNet
from pipelines.settings.front_ends import LogMel
from pipelines.settings.labels import label
from pipelines.settings.losses import ArcFace
from pipelines.settings.losses import CustomLoss
from pipelines.settings.losses import NoisyArcMix
from pipelines.settings.presets import PRESETS
from pipelines.settings.reading import read_record
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    ("dump", "load"), [(json.dumps, json.loads), (yaml.dump, yaml.safe_load)]
)
def test_settings_come_back_from_files_as_they_were(name, dump, load):
    config = PRESETS[name]
    assert read_settings(load(dump(write_settings(config)))) == config


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ArcFace", ArcFace()),
        ("ArcFace(margin=0.25)", ArcFace(margin=0.25)),
        ({"margin": 0.25}, NoisyArcMix(margin=0.25)),
        ({"class_path": "ArcFace"}, ArcFace()),
        (
            {"class_path": "ArcFace", "init_args": {"scale": 9}},
            ArcFace(scale=9.0),
        ),
        ("package.MyLoss", CustomLoss(path="package.MyLoss")),
        (
            {"class_path": "package.MyLoss", "init_args": {"power": 2}},
            CustomLoss(path="package.MyLoss", arguments={"power": 2}),
        ),
    ],
)
def test_a_record_is_read_in_every_form(value, expected):
    found = read_settings({"loss": value}).loss
    if isinstance(expected, CustomLoss):
        assert isinstance(found, CustomLoss)
        assert (found.path, found.arguments) == (
            expected.path,
            expected.arguments,
        )
    else:
        assert found == expected


def test_another_kind_keeps_the_fields_that_both_have():
    base = Config(loss=NoisyArcMix(margin=0.25))
    assert read_settings({"loss": "ArcFace"}, base).loss.margin == 0.25


def test_fields_of_nested_records_are_changed_one_by_one():
    config = read_settings(
        {"embedder": {"front_end": {"version": "paper"}, "width": 0.5}},
        Config(MobileFaceNet(LogMel(num_mel_bins=64))),
    )
    assert config.embedder == MobileFaceNet(LogMel(64, "paper"), width=0.5)


def test_reading_imports_nothing_of_the_users_own():
    found = read_record("embedder", "no_such_package.MyEmbedder")
    assert found == CustomEmbedder(path="no_such_package.MyEmbedder")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": "Foo"}, "`loss` must be one of .*ArcFace.*loss=Foo"),
        ({"pretraining": "a.B"}, "`pretraining` must be one of .*=a.B"),
        ({"loss": {"num_mix": 3}}, "NoisyArcMix has no setting 'num_mix'"),
        (
            {"loss": "ArcFace(mix_alpha=1)"},
            "no setting 'mix_alpha'",
        ),
        ({"epochs": "many"}, "epochs.*many"),
        (
            {"scorer": "Mahalanobis(covariance=x)"},
            "`covariance` must be one of shared, domain. Received: x",
        ),
        ({"epoch": 3}, "'epoch' is not accepted"),
        ({"epochs": 0}, "`epochs` must be at least 1"),
    ],
)
def test_what_is_not_right_is_refused_in_one_line(changes, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_settings(changes)
    assert "\n" not in str(caught.value)


def test_labels_tell_the_kind_and_what_differs():
    assert label(NoisyArcMix()) == "NoisyArcMix"
    assert label(DualBranch(width=0.5)) == "DualBranch(width=0.5)"
    assert label(CustomLoss(path="a.B", head="logit")) == "a.B(head=logit)"
    nested = MobileFaceNet(LogMel(num_mel_bins=64))
    assert label(nested) == "MobileFaceNet(front_end=LogMel(num_mel_bins=64))"
