import dataclasses
import json
import pathlib

import pytest

from pipelines.benchmarking.bench import run_benchmark
from pipelines.benchmarking.reading import read_benchmark
from pipelines.benchmarking.reading import shipped_benchmarks
from pipelines.benchmarking.running import CellOutcome
from pipelines.commands import study as command
from pipelines.settings.presets import PRESETS
from tests.made_up_benchmark import FEW
from tests.made_up_benchmark import section
from tests.made_up_benchmark import table_row

NAMES = [name for name in shipped_benchmarks() if name.startswith("studies/")]
every_study = pytest.mark.parametrize("name", NAMES)


@every_study
@pytest.mark.parametrize(
    "preset",
    [name for name in PRESETS if name.startswith("dual_branch")],
)
def test_every_row_is_a_configuration_of_every_preset(name, preset):
    rows = read_benchmark(name, preset).rows
    assert all(row.settings.loss.targets == "soft" for row in rows)


@every_study
def test_rows_differ_in_name_and_in_what_they_train(name):
    study = read_benchmark(name)
    assert len({row.name for row in study.rows}) == len(study.rows)
    assert len({repr(row.settings) for row in study.rows}) == len(study.rows)


@every_study
def test_one_class_compactness_is_always_there_to_compare_with(name):
    study = read_benchmark(name)
    losses = [row.settings.loss for row in study.rows]
    assert losses[0].has_one_centre
    assert study.reference == study.rows[0].name
    for row, loss in zip(study.rows, losses, strict=True):
        is_alone = loss.has_one_centre
        assert (row.settings.classes == "one") == is_alone


@every_study
def test_only_the_study_of_noise_mixes_it(name):
    built_in = read_benchmark(name).built_in
    levels = [settings.snr_db for settings in built_in.values()]
    assert len(set(levels)) == len(levels)
    assert (len(levels) > 1) == (name == "studies/noise")


def few(name):
    """A study whose data are made quickly."""
    study = read_benchmark(name)
    built_in = {
        one: dataclasses.replace(FEW, snr_db=settings.snr_db)
        for one, settings in study.built_in.items()
    }
    return dataclasses.replace(study, built_in=built_in)


@pytest.fixture
def run(outcome):
    """Stands in for the trainings, and notes their plans."""

    def run_plan(plan):
        run_plan.plans.append(plan)
        found = outcome(plan.seed)
        spread = 1e-8 if plan.row == "one-class compactness" else 0.25
        cell = dataclasses.replace(found.cell, spread=spread)
        return CellOutcome(cell, found.costs)

    run_plan.plans = []
    return run_plan


def test_every_row_is_trained_with_every_seed(run, tmp_path):
    study = few("studies/collapse")
    run_benchmark(study, str(tmp_path), num_seeds=2, run=run)
    assert [plan.config for plan in run.plans] == [
        row.config(seed) for seed in (1, 2) for row in study.rows
    ]


def test_classes_and_spread_are_told_and_drawn(run, tmp_path):
    result = run_benchmark(
        few("studies/collapse"), str(tmp_path), num_seeds=2, run=run
    )
    numbers = section(result.table, "## built_in")
    first = table_row(numbers, "one-class compactness")
    assert first[1] == "4" and first[5] == "1e-08, 1e-08"
    assert table_row(numbers, "sub-cluster AdaCos")[5] == "0.25, 0.25"
    assert "Spread: root mean squared" in numbers
    assert "mAUC takes" not in numbers
    assert result.files[-1].read_bytes().startswith(b"\x89PNG")


def test_noise_has_data_of_its_own_at_every_level(run, tmp_path):
    run_benchmark(few("studies/noise"), str(tmp_path), num_seeds=1, run=run)
    levels = []
    for plan in run.plans:
        path = pathlib.Path(plan.roots[0], "synthetic_settings.json")
        levels.append(json.loads(path.read_text())["snr_db"])
    assert levels == [10.0, 10.0, 0.0, 0.0, -10.0, -10.0]
    assert len({plan.folder for plan in run.plans}) == 6
    with pytest.raises(ValueError, match="Leave the data folders out"):
        run_benchmark(few("studies/noise"), str(tmp_path), ["d=e"], run=run)


def test_the_command_is_a_benchmark_with_another_preset(monkeypatch, capsys):
    from pipelines.benchmarking import bench

    calls = []

    def run_benchmark(*words):
        calls.append(words)
        return bench.BenchmarkResult("| the table |", (), 0)

    monkeypatch.setattr(bench, "run_benchmark", run_benchmark)
    words = "collapse --preset dual_branch_reduced --epochs 3 --data a b"
    assert command.run(words.split()) == 0
    ((study, folder, data, num_seeds),) = calls
    assert (folder, data, num_seeds) == ("runs/study_collapse", ["data=a,b"], 3)
    reduced = PRESETS["dual_branch_reduced"]
    for row in study.rows:
        assert row.settings.epochs == 3
        assert row.settings.embedder.width == reduced.embedder.width
    assert capsys.readouterr().out == "| the table |\n"
