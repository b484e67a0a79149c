"""`keras-asd bench`."""

import argparse


def run(words: list[str]) -> int:
    """Compares methods over data sets and seeds."""
    parser = argparse.ArgumentParser(
        prog="keras-asd bench",
        description="Compares methods over data sets and seeds, as a YAML "
        "file says: every row a fresh training, never selected by test "
        "labels. Killed, it goes on where it stopped. Exits with 1 where a "
        "training failed, which its table tells.",
    )
    parser.add_argument(
        "spec", nargs="?", metavar="SPEC", help="a YAML file, or a shipped name"
    )
    parser.add_argument(
        "--list", action="store_true", help="list the shipped benchmarks"
    )
    parser.add_argument(
        "--data",
        nargs="+",
        default=[],
        metavar="NAME=DIR",
        help="data sets, of one folder or of several: NAME=DIR,DIR; the "
        "benchmark's built-in machines if left out",
    )
    parser.add_argument(
        "--seeds", type=int, help="trainings of each row; the benchmark's own"
    )
    parser.add_argument(
        "--rows",
        nargs="+",
        metavar="NAME",
        help="only these rows, and that of the reference",
    )
    parser.add_argument(
        "--to", metavar="DIR", help="where to; runs/bench_SPEC if left out"
    )
    options = parser.parse_args(words)
    if not options.spec and not options.list:
        parser.error("SPEC must be given; --list tells the shipped ones")
    from pipelines.benchmarking.reading import read_benchmark
    from pipelines.benchmarking.reading import read_document
    from pipelines.benchmarking.reading import shipped_benchmarks

    if options.list:
        for name in shipped_benchmarks():
            document = read_document(name)
            data = "built-in data" if "built_in" in document else "needs --data"
            print(f"{name:25}{len(document['rows']):3} rows, {data}")
            print(f"{'':25}{document['question'].strip()}")
        return 0
    benchmark = read_benchmark(options.spec)
    if options.rows:
        benchmark = benchmark.select(options.rows)
    from pipelines.benchmarking.bench import run_benchmark

    result = run_benchmark(
        benchmark,
        options.to or f"runs/bench_{benchmark.name}",
        options.data,
        options.seeds,
    )
    return print_result(result)


def print_result(result) -> int:
    """Prints the table and the files of an experiment.

    Returns:
        The exit code: 1 where a training failed.
    """
    print(result.table)
    for path in result.files:
        print(f"wrote {path}")
    return 1 if result.num_failed else 0
