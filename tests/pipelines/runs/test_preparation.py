import dataclasses
import logging

import pytest

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.losses import OneClassCompactness
from pipelines.settings.reading import read_settings
from pipelines.settings.scorers import Centroids


@pytest.mark.parametrize(
    ("classes", "domain_classes"), [("section", False), ("one", True)]
)
def test_one_centre_for_several_classes_is_refused_before_the_run_begins(
    classes, domain_classes, tmp_path
):
    settings = SyntheticSettings(
        machines=("fan",),
        num_ids=2,
        num_train=2,
        num_train_target=1,
        num_test_normal=0,
        num_test_anomaly=0,
        seconds=0.5,
    )
    generate(tmp_path / "data", settings)
    config = Config(
        loss=OneClassCompactness(),
        scorer=Centroids(),
        classes=classes,
        domain_classes=domain_classes,
    )
    run = RunFolder(tmp_path / "run")
    with pytest.raises(ValueError, match="of 2 classes.*--classes one"):
        prepare_clips([str(tmp_path / "data")], config, run)
    assert not run.clips.exists()


@pytest.fixture
def prepare(tmp_path):
    """Lists the clips of a fan of one section and a pump of two."""
    for machine, num_ids in (("fan", 1), ("pump", 2)):
        settings = SyntheticSettings(
            machines=(machine,),
            num_ids=num_ids,
            num_train=3,
            num_train_target=0,
            num_test_normal=0,
            num_test_anomaly=0,
            seconds=0.5,
        )
        generate(tmp_path / "data" / machine, settings)

    def prepare_with(machines=("fan", "pump"), **changes):
        settings = {"clip_seconds": 0.1, "scorer": "Centroids", **changes}
        config = read_settings(settings)
        roots = [str(tmp_path / "data" / machine) for machine in machines]
        run = RunFolder(tmp_path / "run")
        listed = prepare_clips(roots, config, run)
        contrast = {one.clip.key for one in listed if one.role == "contrast"}
        own = {one.clip.key for one in listed if one.role != "contrast"}
        return own, contrast, (listed, config, run)

    return prepare_with


def test_one_network_of_several_sections_needs_no_more(prepare):
    own, contrast, _ = prepare(one_class="refuse")
    assert own == {"fan/section_00", "pump/section_00", "pump/section_01"}
    assert not contrast


def test_a_network_of_a_section_alone_is_told_of_or_refused(prepare, caplog):
    caplog.set_level(logging.WARNING)
    with pytest.raises(ValueError, match="all clips are of fan/section_00"):
        prepare(networks="machine", one_class="refuse")
    _, contrast, _ = prepare(networks="machine", one_class="transform")
    assert not contrast
    assert "of one class, fan/section_00: their copies" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [{"further_classes": "built_in"}, {"pretraining": "BuiltInMachines"}],
)
def test_built_in_machines_come_beside_several_classes(prepare, changes):
    _, contrast, (listed, config, run) = prepare(**changes)
    assert len(contrast) > 3
    assert all(
        one.clip.path.is_relative_to(run.contrast) and one.inspected
        for one in listed
        if one.role == "contrast"
    )
    again = prepare_clips([], dataclasses.replace(config, seed=9), run)
    assert again == listed


def test_pretraining_on_others_makes_no_second_class(prepare):
    with pytest.raises(ValueError, match="two classes or more"):
        prepare(["fan"], pretraining="BuiltInMachines", one_class="refuse")
    _, contrast, _ = prepare(["fan"], pretraining="BuiltInMachines")
    assert contrast


def test_what_learns_no_classes_gets_no_further_ones(prepare):
    _, contrast, _ = prepare(
        ["fan"],
        embedder="Reconstruction",
        networks="machine",
        loss="OwnClassError",
        one_class="refuse",
    )
    assert not contrast
