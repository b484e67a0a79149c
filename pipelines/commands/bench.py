"""The command `keras-asd bench`."""

from collections.abc import Sequence

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.printing import print_report


@command
def run(
    spec: str | None = None,
    *,
    list: bool = False,
    data: Sequence[str] = (),
    seeds: int | None = None,
    rows: Sequence[str] = (),
    to: str | None = None,
) -> int:
    """Compares methods over seeds and data sets, from one file.

    Every row of the file is a fresh training, never selected by test labels.
    Killed, it goes on where it stopped. Exits with 1 where a training failed,
    which its table reports.

    Args:
        spec: YAML file, or the name of a shipped benchmark.
        list: List the shipped benchmarks, and do no more.
        data (NAME=DIR): Data sets, of one folder or of several:
            NAME=DIR,DIR. Defaults to the benchmark's built-in machines.
        seeds: Number of trainings of each row. Defaults to the benchmark's.
        rows (NAME): Rows to train, with that of the reference. Defaults to
            all.
        to (DIR): Folder of the results. Defaults to runs/bench_SPEC.
    """
    from pipelines.benchmarking.reading import read_benchmark
    from pipelines.benchmarking.reading import read_document
    from pipelines.benchmarking.reading import shipped_benchmarks

    if list:
        for name in shipped_benchmarks():
            document = read_document(name)
            is_built_in = "built_in" in document
            needed = "built-in data" if is_built_in else "needs --data"
            print(f"{name:25}{len(document['rows']):3} rows, {needed}")
            print(f"{'':25}{document['question'].strip()}")
        return 0
    if not spec:
        raise UsageError("SPEC must be given; --list shows the shipped ones")
    benchmark = read_benchmark(spec)
    if rows:
        benchmark = benchmark.select([*rows])
    from pipelines.benchmarking.bench import run_benchmark

    to = to or f"runs/bench_{benchmark.name}"
    result = run_benchmark(benchmark, to, data, seeds)
    print_report(result)
    return 1 if result.num_failed else 0
