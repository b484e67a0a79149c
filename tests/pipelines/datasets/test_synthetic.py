import dataclasses
import re
import wave

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pipelines.datasets.faults.machine_faults import FAULTS
from pipelines.datasets.faults.machine_faults import fault_sound
from pipelines.datasets.sound_elements import rms
from pipelines.datasets.synthetic import generation
from pipelines.datasets.synthetic.generation import SETTINGS_NAME
from pipelines.datasets.synthetic.generation import generate
from pipelines.datasets.synthetic.generation import plan
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.datasets.synthetic.machine import build_unit
from pipelines.datasets.synthetic.machine_sound import machine_sound
from pipelines.datasets.synthetic.machine_sound import move
from pipelines.datasets.synthetic.recording import Recording
from pipelines.datasets.synthetic.synthetic_settings import SyntheticSettings
from pipelines.evaluation.nearest_neighbor_baseline import mean_log_mel
from pipelines.evaluation.nearest_neighbor_baseline import (
    nearest_neighbor_scores,
)

SMALL = SyntheticSettings(
    machines=("fan", "valve"),
    num_ids=2,
    num_train=3,
    num_train_target=1,
    num_test_normal=2,
    num_test_anomaly=3,
    seconds=0.5,
)
NAME = re.compile(
    r"section_\d\d_(source|target)_(train|test)_(normal|anomaly)_\d{4}"
    r"_load_\d+_noise_[12]"
    r"(_fault_[a-z-]+_severity_[01]\.\d\d)?\.wav"
)


def contents(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_same_settings_make_the_same_bytes(tmp_path):
    generate(tmp_path / "first", SMALL)
    generate(tmp_path / "second", SMALL)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_another_seed_makes_another_data_set(tmp_path):
    generate(tmp_path / "first", SMALL)
    generate(tmp_path / "second", dataclasses.replace(SMALL, seed=1))
    first = set(contents(tmp_path / "first").values())
    assert not first & set(contents(tmp_path / "second").values())


def test_asking_for_more_changes_no_clip_that_was_there(tmp_path):
    more = dataclasses.replace(
        SMALL,
        machines=("valve", "pump", "fan"),
        num_ids=3,
        num_train=5,
        num_train_target=2,
        num_test_normal=5,
        num_test_anomaly=4,
    )
    generate(tmp_path / "few", SMALL)
    generate(tmp_path / "more", more)
    few, many = contents(tmp_path / "few"), contents(tmp_path / "more")
    del few[SETTINGS_NAME]
    assert few.items() <= many.items()


def test_names_have_one_form_and_counts_are_as_asked(tmp_path):
    paths = generate(tmp_path, SMALL)
    assert paths == sorted(tmp_path.rglob("*.wav"))
    assert len(paths) == 2 * 2 * (3 + 2 + 3)
    assert all(NAME.fullmatch(path.name) for path in paths)
    assert all(
        ("_fault_" in path.name) == ("_anomaly_" in path.name) for path in paths
    )
    fan = [path for path in paths if path.parts[-3:-1] == ("fan", "train")]
    assert sum("_00_target_train_normal_" in path.name for path in fan) == 1
    with wave.open(str(paths[0]), "rb") as file:
        assert file.getparams()[:4] == (1, 2, 16000, 8000)


def test_a_broken_off_call_is_taken_up(tmp_path, monkeypatch):
    generate(tmp_path / "whole", SMALL)
    renames = []

    def break_off(source, target):
        renames.append(target)
        if len(renames) == 10:
            raise KeyboardInterrupt
        source.rename(target)

    with monkeypatch.context() as patched:
        patched.setattr(generation.os, "replace", break_off)
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path / "broken", SMALL)
    before = contents(tmp_path / "broken")
    assert len([name for name in before if name.endswith(".wav")]) == 8
    generate(tmp_path / "broken", SMALL)
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


def test_a_complete_set_is_reused(tmp_path):
    paths = generate(tmp_path, SMALL)
    times = [path.stat().st_mtime_ns for path in paths]
    assert generate(tmp_path, SMALL) == paths
    assert [path.stat().st_mtime_ns for path in paths] == times


def test_other_settings_or_other_files_in_the_folder_are_refused(tmp_path):
    tiny = dataclasses.replace(SMALL, machines=("fan",), num_ids=1)
    generate(tmp_path / "made", tiny)
    with pytest.raises(ValueError, match="must equal those.*Received"):
        generate(tmp_path / "made", dataclasses.replace(tiny, seed=1))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "holiday.wav").touch()
    with pytest.raises(ValueError, match="not empty"):
        generate(tmp_path / "own", tiny)


@pytest.mark.parametrize(
    "wrong",
    [
        {"machines": ("toaster",)},
        {"machines": ()},
        {"machines": ("fan", "fan")},
        {"num_ids": 0},
        {"num_train": 2, "num_train_target": 3},
        {"sampling_rate": 8000},
        {"seconds": 0.0},
        {"seed": -1},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="Received: "):
        SyntheticSettings(**wrong)


@pytest.mark.parametrize("machine", DESIGNS)
@pytest.mark.parametrize("snr_db", [-6.0, 0.0, 20.0])
def test_signal_to_noise_ratio_is_what_was_asked(machine, snr_db):
    settings = SyntheticSettings(seconds=1.0, snr_db=snr_db)
    for is_anomaly in (False, True):
        recording = Recording(machine, 0, "test", "source", is_anomaly, 0, 0)
        sound, hall = recording.sources(settings)
        found = 20 * np.log10(rms(sound) / rms(hall))
        assert found == pytest.approx(snr_db, abs=0.01)


@pytest.mark.parametrize(
    ("machine", "fault"),
    [(name, fault) for name in DESIGNS for fault in DESIGNS[name].faults],
)
def test_severity_scales_what_a_fault_adds(machine, fault):
    unit = build_unit(machine, 0, seed=0)
    motion = move(unit, 1.0, 32000, 16000, np.random.default_rng(0))
    sound = machine_sound(unit, motion, 1.0, 16000, np.random.default_rng(1))
    faint, middle, clear = (
        fault_sound(
            fault,
            severity,
            unit,
            motion,
            sound,
            16000,
            np.random.default_rng(2),
        )
        for severity in (0.0, 0.5, 1.0)
    )
    assert 0 < rms(faint) < 0.4 * rms(clear)
    assert rms(middle) == pytest.approx((rms(faint) * rms(clear)) ** 0.5)
    np.testing.assert_allclose(faint / rms(faint), clear / rms(clear), 1e-4)


def test_every_fault_belongs_to_some_machine():
    assert {f for design in DESIGNS.values() for f in design.faults} == set(
        FAULTS
    )


def test_level_does_not_tell_a_fault():
    settings = SyntheticSettings(seconds=0.5)
    levels = {
        is_anomaly: [
            20 * np.log10(rms(recording.waveform(settings)))
            for index in range(40)
            for recording in [
                Recording("fan", 0, "test", "source", is_anomaly, index, 0)
            ]
        ]
        for is_anomaly in (False, True)
    }
    assert abs(np.mean(levels[True]) - np.mean(levels[False])) < 1.0
    assert min(map(min, levels.values())) > -31.1
    assert max(map(max, levels.values())) < -24.9


@pytest.mark.parametrize("machine", DESIGNS)
def test_units_of_a_machine_differ_by_a_few_per_cent(machine):
    design = DESIGNS[machine]
    units = [build_unit(machine, section, seed=0) for section in range(4)]
    speeds = np.array([unit.shaft_hz for unit in units]) / design.shaft_hz
    assert np.all(np.abs(speeds - 1) <= 0.04)
    gaps = np.diff(np.sort(speeds))
    assert np.all(gaps > 0.005)


def test_a_nearest_neighbor_is_neither_lost_nor_done():
    settings = SyntheticSettings(
        num_ids=1,
        num_train=24,
        num_test_normal=24,
        num_test_anomaly=24,
        seconds=2.0,
    )
    recordings = plan(settings)
    features = np.stack(
        [mean_log_mel(r.waveform(settings), 16000) for r in recordings]
    )
    aucs = []
    for machine in settings.machines:
        is_mine = np.array([r.machine == machine for r in recordings])
        is_test = np.array([r.split == "test" for r in recordings])
        is_anomaly = np.array([r.is_anomaly for r in recordings])
        scores = nearest_neighbor_scores(
            features[is_mine & ~is_test], features[is_mine & is_test]
        )
        aucs.append(roc_auc_score(is_anomaly[is_mine & is_test], scores))
    assert 0.55 < np.mean(aucs) < 0.9
