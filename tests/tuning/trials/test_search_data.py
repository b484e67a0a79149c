import dataclasses
import shutil

import pytest

from pipelines.settings.config import Config
from tuning.settings.values import with_values
from tuning.trials.search_data import prepare_search

CONFIG = Config(clip_seconds=0.5, holdout=0.2)


def test_clips_are_split_once_for_every_trial(two_fans, tmp_path):
    data = prepare_search([str(two_fans)], CONFIG, tmp_path / "search")
    assert len(data.train) == 16
    assert len(data.held_out) == 4
    assert {one.clip.split for one in data.train + data.held_out} == {"train"}
    assert {one.clip.key for one in data.held_out} == {
        "fan/id_00",
        "fan/id_02",
    }
    assert data.label_map.classes == ("fan/id_00", "fan/id_02")
    assert len(data.examples) == 20
    # The folder is not read again, nor are clips drawn by another seed.
    path = data.train[0].clip.path
    shutil.copy(path, path.with_name("normal_id_00_00000099.wav"))
    other = with_values(CONFIG, {"seed": 1, "margin": 0.1})
    again = prepare_search([str(two_fans)], other, tmp_path / "search")
    assert again == data


def test_a_search_whose_recordings_are_gone_is_refused(two_fans, tmp_path):
    prepare_search([str(two_fans)], CONFIG, tmp_path / "search")
    shutil.rmtree(two_fans)
    with pytest.raises(ValueError, match="Bring the recordings back"):
        prepare_search([str(two_fans)], CONFIG, tmp_path / "search")


def test_labelled_clips_are_in_no_trial(two_fans, tmp_path):
    data = prepare_search([str(two_fans)], CONFIG, tmp_path / "search")
    test = {one.clip.path for one in data.listed if one.role == "test"}
    assert len(test) == 12
    assert not test & {one.clip.path for one in data.examples}
    assert not test & {one.clip.path for one in data.train + data.held_out}


def test_a_search_over_nothing_held_out_is_refused(two_fans, tmp_path):
    config = dataclasses.replace(CONFIG, holdout=0.0, keep="last")
    with pytest.raises(ValueError, match="none of 20, with holdout=0.0"):
        prepare_search([str(two_fans)], config, tmp_path / "search")


def test_data_folders_count_together(two_fans, write_hum, tmp_path):
    for index in range(5):
        write_hum(f"more/pump/train/normal_id_00_{index:08d}.wav", 300.0)
    roots = [str(two_fans), str(tmp_path / "more")]
    data = prepare_search(roots, CONFIG, tmp_path / "search")
    assert set(data.label_map.classes) == {
        "fan/id_00",
        "fan/id_02",
        "pump/id_00",
    }
