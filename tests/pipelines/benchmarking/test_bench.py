import dataclasses

import pytest

from pipelines.benchmarking.bench import run_benchmark
from pipelines.benchmarking.running import CellOutcome
from tests.made_up_benchmark import BENCHMARK
from tests.made_up_benchmark import ROWS
from tests.made_up_benchmark import section
from tests.made_up_benchmark import table_row


def test_every_row_is_trained_on_every_data_set_with_every_seed(
    run, roots, tmp_path
):
    data = [f"one={roots}", f"two={roots},{roots}"]
    run_benchmark(BENCHMARK, str(tmp_path / "b"), data, 3, run)
    assert [(p.seed, p.data_set, p.row) for p in run.plans] == [
        (seed, data_set, row.name)
        for seed in (1, 2, 3)
        for data_set in ("one", "two")
        for row in ROWS
    ]
    assert len({plan.folder for plan in run.plans}) == 12
    for plan in run.plans:
        row = ROWS[plan.row == "strong"]
        assert plan.config == row.config(plan.seed)
        assert plan.roots == (
            (roots,) if plan.data_set == "one" else (roots,) * 2
        )
    assert not (tmp_path / "b" / "data").exists()


def test_the_built_in_data_serve_where_none_are_given(run, tmp_path):
    run_benchmark(BENCHMARK, str(tmp_path / "b"), run=run)
    assert {plan.roots for plan in run.plans} == {
        (str(tmp_path / "b" / "data"),)
    }
    assert len(list((tmp_path / "b" / "data").rglob("*.wav"))) == 5


def test_all_files_are_written_anew_after_every_training(run, roots, tmp_path):
    seen = []

    def run_and_look(plan):
        path = tmp_path / "table.md"
        seen.append(path.read_text() if path.exists() else "")
        return run(plan)

    result = run_benchmark(
        BENCHMARK, str(tmp_path), [f"own={roots}"], run=run_and_look
    )
    assert "Not finished: 1 of 4 trainings" in seen[1]
    assert table_row(section(seen[1], "## own"), "strong")[0] == "0 of 2"
    assert table_row(section(seen[3], "## own"), "strong")[0] == "1 of 2"
    assert "Not finished" not in result.table
    names = ["table.md", "results.csv", "figure_own.png"]
    assert [path.name for path in result.files] == names
    assert result.files[-1].read_bytes().startswith(b"\x89PNG")


def test_what_failed_is_told_and_ends_nothing(run, roots, tmp_path):
    def fail_once(plan):
        if (plan.row, plan.seed) == ("strong", 1):
            return CellOutcome(None, None, "ValueError: *no* luck")
        return run(plan)

    result = run_benchmark(
        BENCHMARK, str(tmp_path), [f"own={roots}"], run=fail_once
    )
    assert result.num_failed == 1
    means = section(result.table, "## own")
    assert r"**strong, seed 1, failed**: ValueError: \*no\* luck" in means
    assert table_row(means, "strong")[0] == "1 of 2"
    assert len(run.plans) == 3


def test_a_scorer_that_could_not_be_fitted_is_told(run, roots, tmp_path):
    def leave_out(plan):
        found = run(plan)
        cell = dataclasses.replace(
            found.cell, by_scorer={name: () for name in plan.scorers}
        )
        return dataclasses.replace(found, cell=cell)

    result = run_benchmark(
        BENCHMARK, str(tmp_path), [f"own={roots}"], run=leave_out
    )
    means = section(result.table, "## own")
    assert table_row(means, "strong + Centroids")[:2] == ["0 of 2", "-"]
    assert "**strong + Centroids, seed 1, failed**" in means
    assert "cell.log" in means


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (["no_name"], "NAME=DIR"),
        (["one="], "NAME=DIR"),
        (["one=d", "one=e"], "names of data sets must differ"),
        (["one=no_such_folder"], "no_such_folder"),
    ],
)
def test_data_that_are_not_right_are_refused_at_once(data, said, run, tmp_path):
    with pytest.raises((ValueError, FileNotFoundError), match=said):
        run_benchmark(BENCHMARK, str(tmp_path), data, run=run)
    assert not run.plans


def test_data_that_could_not_be_judged_are_refused_at_once(
    run, roots, tmp_path
):
    (tmp_path / "d/fan/test/anomaly_id_00_00000000.wav").unlink()
    with pytest.raises(ValueError, match="none of which has both"):
        run_benchmark(BENCHMARK, str(tmp_path), [f"own={roots}"], run=run)
    assert not run.plans
