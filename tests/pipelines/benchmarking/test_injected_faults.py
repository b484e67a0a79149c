import pathlib

import numpy as np
import pytest
import soundfile

from pipelines.benchmarking.data_set import choose_data_sets
from pipelines.benchmarking.injected_faults import InjectedFaults
from pipelines.benchmarking.injected_faults import inject_faults
from pipelines.benchmarking.reading import read_benchmark
from pipelines.datasets.faults.injections import INJECTIONS
from pipelines.datasets.reading import read_clips

FAULTS = InjectedFaults(kinds=("leak", "tilt"), severities=(0.0, 1.0))


@pytest.fixture
def root(tmp_path):
    rng = np.random.default_rng(0)
    for split, label, number in (
        ("train", "normal", 2),
        ("test", "normal", 3),
        ("test", "anomaly", 1),
    ):
        for index in range(number):
            name = f"{label}_id_00_{index:08d}.wav"
            path = tmp_path / "data" / "fan" / split / name
            path.parent.mkdir(parents=True, exist_ok=True)
            noise = 0.1 * rng.standard_normal(8_000)
            soundfile.write(path, noise, 16_000)
    return str(tmp_path / "data")


def contents(folder):
    paths = sorted(path for path in folder.rglob("*.wav"))
    return {path.name: path.read_bytes() for path in paths}


def test_every_normal_test_clip_gets_every_fault_as_loud_as_before(
    root, tmp_path
):
    clips = read_clips(inject_faults([root], tmp_path / "to", FAULTS))
    normals = [clip for clip in clips if not clip.is_anomaly]
    faulty = [clip for clip in clips if clip.is_anomaly]
    assert [clip.split for clip in normals].count("test") == 3
    assert len(normals) == 5 and len(faulty) == 3 * 2 * 2
    assert {clip.key for clip in clips} == {"fan/id_00"}
    for clip in faulty:
        stem = "_".join(clip.path.stem.split("_")[:4])
        source = pathlib.Path(root, "fan", "test", f"{stem}.wav")
        before, rate = soundfile.read(source)
        after, same_rate = soundfile.read(clip.path)
        assert rate == same_rate and before.shape == after.shape
        assert np.std(after) == pytest.approx(np.std(before), rel=0.01)
        change = np.std(after - before) / np.std(before)
        assert (change > 0.1) == clip.path.stem.endswith("1.00")


def test_a_broken_off_run_goes_on_and_ends_equal(root, tmp_path):
    table = inject_faults([root], tmp_path / "to", FAULTS)
    before = contents(table.parent)
    next(table.parent.rglob("*leak_1.00.wav")).unlink()
    kept = next(table.parent.rglob("*tilt_1.00.wav"))
    time = kept.stat().st_mtime_ns
    assert inject_faults([root], tmp_path / "to", FAULTS) == table
    assert contents(table.parent) == before
    assert kept.stat().st_mtime_ns == time


def test_other_settings_have_another_folder(root, tmp_path):
    other = InjectedFaults(kinds=("leak",), seed=1)
    tables = {
        inject_faults([root], tmp_path / "to", faults)
        for faults in (FAULTS, other)
    }
    assert len(tables) == 2


def test_a_benchmark_takes_them_for_the_anomalies_of_the_data(root, tmp_path):
    benchmark = read_benchmark("training_free")
    assert benchmark.injected.kinds == tuple(INJECTIONS)
    (found,) = choose_data_sets(benchmark, [f"fans={root}"], tmp_path / "to")
    anomalies = [clip for clip in read_clips(found.roots[0]) if clip.is_anomaly]
    assert len(anomalies) == 3 * len(INJECTIONS) * 3


@pytest.mark.parametrize(
    "changes, received",
    [
        ({"kinds": ("noise",)}, "kinds="),
        ({"kinds": ()}, "kinds="),
        ({"severities": (2.0,)}, "severities="),
        ({"severities": ()}, "severities="),
    ],
)
def test_other_faults_are_refused(changes, received):
    with pytest.raises(ValueError, match=received):
        InjectedFaults(**changes)
