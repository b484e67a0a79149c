"""`keras-asd evaluate`."""

import argparse


def run(words: list[str]) -> int:
    """Scores test clips and writes the report."""
    parser = argparse.ArgumentParser(
        prog="keras-asd evaluate",
        description="Scores the test clips of data folders, and reports.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    parser.add_argument("data", nargs="+", help="data folders")
    parser.add_argument(
        "--scorer",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="scorers to fit on the run's normal clips in place of its own, "
        "or `all`; `keras-asd train --help` lists them",
    )
    parser.add_argument(
        "--space",
        choices=["own", "sphere", "standardized", "whitened", "raw"],
        help="where these scorers measure, each in the one it has of its own "
        "or all in that one; as the run's own if not given",
    )
    parser.add_argument(
        "--year",
        type=int,
        help="of DCASE Task 2, whose official rules judge; those that suit "
        "the clips if not given",
    )
    parser.add_argument(
        "--submission",
        metavar="DIR",
        help="write the score and decision files that this year's official "
        "evaluator takes, one folder a scorer",
    )
    options = parser.parse_args(words)
    if options.space and not options.scorer:
        parser.error("--space is for scorers that are fitted: give --scorer")
    from pipelines.evaluation.overview import scorer_table
    from pipelines.programs.evaluate import evaluate_scorers

    reports = evaluate_scorers(
        options.run,
        options.data,
        options.scorer,
        options.space,
        options.year,
        options.submission,
    )
    for report in reports.values():
        print_report(report)
    if len(reports) > 1:
        metrics = {name: report.metrics for name, report in reports.items()}
        print(scorer_table(metrics).plain())
    return 0


def print_report(report) -> None:
    """Prints the table of a report and the files that tell of it."""
    print(report.table)
    for path in report.files:
        print(f"wrote {path}")
