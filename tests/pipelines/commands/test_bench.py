import subprocess
import sys

import pytest

from pipelines.benchmarking import bench as program
from pipelines.benchmarking.bench import BenchmarkResult
from pipelines.benchmarking.reading import shipped_benchmarks
from pipelines.commands import bench


@pytest.fixture
def calls(monkeypatch):
    """Stands in for the benchmark, and notes what it was to be."""
    noted = []

    def run_benchmark(*words):
        noted.append(words)
        return BenchmarkResult("| the table |", ("a/table.md",), len(noted) - 1)

    monkeypatch.setattr(program, "run_benchmark", run_benchmark)
    return noted


def test_a_shipped_benchmark_is_run_by_its_name(calls, capsys):
    assert bench.run(["builtin"]) == 0
    ((benchmark, folder, data, num_seeds),) = calls
    assert benchmark.name == "builtin"
    assert (folder, data, num_seeds) == ("runs/bench_builtin", [], None)
    assert capsys.readouterr().out == "| the table |\nwrote a/table.md\n"


def test_rows_seeds_data_and_folder_may_be_chosen(calls):
    words = "dcase2023 --rows statistics --seeds 5 --data a=b c=d,e --to here"
    bench.run(words.split())
    ((benchmark, *others),) = calls
    names = ["statistics", "dual branch (sub-cluster AdaCos)"]
    assert [row.name for row in benchmark.rows] == names
    assert others == ["here", ["a=b", "c=d,e"], 5]


def test_a_training_that_failed_is_in_the_exit_code(calls):
    assert bench.run(["builtin"]) == 0
    assert bench.run(["builtin"]) == 1


def test_the_shipped_benchmarks_are_listed_without_a_framework():
    code = (
        "import sys\nfrom pipelines.commands.bench import run\n"
        "run(['--list'])\n"
        "print({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    for name in shipped_benchmarks():
        assert name in result.stdout
    assert result.stdout.endswith("set()\n")


def test_a_benchmark_must_be_named(capsys):
    with pytest.raises(SystemExit) as stop:
        bench.run([])
    assert stop.value.code == 2
    assert "--list" in capsys.readouterr().err
