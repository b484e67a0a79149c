"""One small study, killed on the way and taken up again."""

import dataclasses

import pytest

from pipelines.benchmarking import bench
from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.reading import read_benchmark
from pipelines.benchmarking.running import CellOutcome
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.methods import networks as network_training
from pipelines.settings.reading import read_settings
from tests.made_up_benchmark import section
from tests.made_up_benchmark import table_row


def tiny(config):
    sizes = {"width": 0.125, "embedding_dim": 8, "branches": ["spectrum"]}
    changes = {"clip_seconds": 0.5, "epochs": 1, "batch_size": 8}
    if hasattr(config.loss, "num_subclusters"):
        changes["loss"] = {"num_subclusters": 2}
    return read_settings({"embedder": sizes, **changes}, config)


DATA = SyntheticSettings(
    machines=("fan", "valve"),
    num_ids=1,
    num_train=10,
    num_train_target=2,
    num_test_normal=20,
    num_test_anomaly=8,
    seconds=0.5,
)


@pytest.fixture
def trainings(monkeypatch):
    """The losses that networks were trained with, in order."""
    noted = []
    fit = network_training.fit_classifier

    def fit_and_note(examples, listed, label_map, config, run, **options):
        noted.append(type(config.loss).__name__)
        return fit(examples, listed, label_map, config, run, **options)

    monkeypatch.setattr(network_training, "fit_classifier", fit_and_note)
    return noted


def run_here(plan):
    """Runs a cell in this process, to see what it trains."""
    training = (plan.roots, plan.config, str(plan.folder))
    return CellOutcome(run_cell(*training), None)


def test_a_study_trains_each_row_once_though_it_is_killed(
    trainings, tmp_path, monkeypatch
):
    collapse = read_benchmark("studies/collapse", "dual_branch_reduced")
    rows = tuple(
        dataclasses.replace(row, settings=tiny(row.settings))
        for row in collapse.rows[:2]
    )
    study = dataclasses.replace(
        collapse, rows=rows, built_in={"built_in": DATA}, num_seeds=1
    )
    options = {"run": run_here}
    place = str(tmp_path / "study")

    losses = [type(row.settings.loss).__name__ for row in rows]
    for num_done in (1, 2):
        with monkeypatch.context() as patch:
            written = []

            def stop(findings, folder, written=written, num_done=num_done):
                written.append(folder)
                if len(written) == num_done:
                    raise KeyboardInterrupt
                return "", ()

            patch.setattr(bench, "write_tables", stop)
            with pytest.raises(KeyboardInterrupt):
                bench.run_benchmark(study, place, **options)
        assert trainings == losses[:num_done]
    result = bench.run_benchmark(study, place, **options)
    assert trainings == losses
    table, results, figure = result.files
    assert "official score (2023)" in table.read_text(encoding="utf-8")
    assert figure.read_bytes().startswith(b"\x89PNG")
    numbers = section(result.table, "## built_in")
    first, second = (table_row(numbers, row.name) for row in rows)
    assert first[1] == "1" and int(second[1]) > 2
    for cells in (first, second):
        assert all(" [" in cell for cell in cells[2:5])
        assert 0 <= float(cells[5]) <= 1
    scored = sorted((tmp_path / "study" / "runs").rglob("cell.csv"))
    assert [len(path.read_text().splitlines()) for path in scored] == [57, 57]
