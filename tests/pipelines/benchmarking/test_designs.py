import dataclasses

import pytest

from pipelines.benchmarking.designs import STUDIES
from pipelines.benchmarking.designs import choose_study
from pipelines.settings.presets import PRESETS

every_study = pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)


@every_study
@pytest.mark.parametrize(
    "preset",
    [name for name, one in PRESETS.items() if one.embedder == "dual_branch"],
)
def test_every_row_is_a_configuration_of_every_preset(study, preset):
    made = [
        dataclasses.replace(PRESETS[preset], **row.changes)
        for row in study.rows
    ]
    assert all(config.targets == "soft" for config in made)


@every_study
def test_rows_differ_in_name_and_in_what_they_train(study):
    assert len({row.name for row in study.rows}) == len(study.rows)
    settings = [
        (row.snr_db, *sorted(row.changes.items())) for row in study.rows
    ]
    assert len(set(settings)) == len(study.rows)


@every_study
def test_one_class_compactness_is_always_there_to_compare_with(study):
    names = [row.changes["loss"] for row in study.rows]
    assert "one_class_compactness" in names
    for row in study.rows:
        is_alone = row.changes["loss"] == "one_class_compactness"
        assert (row.changes["classes"] == "one") == is_alone


def test_only_the_study_of_noise_mixes_it():
    levels = {
        name: {row.snr_db for row in study.rows}
        for name, study in STUDIES.items()
    }
    assert len(levels.pop("noise")) > 1
    assert all(found == {None} for found in levels.values())


def test_the_noise_falls_on_the_same_losses_at_every_level():
    rows = choose_study("noise").rows
    losses = {
        level: [row.changes for row in rows if row.snr_db == level]
        for level in (10.0, 0.0, -10.0)
    }
    assert losses[10.0] == losses[0.0] == losses[-10.0]
    assert len(losses[0.0]) > 1


def test_an_unknown_study_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="collapse.*Received: study='magic'"):
        choose_study("magic")
