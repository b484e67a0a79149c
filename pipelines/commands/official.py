"""`keras-asd official`."""

import argparse


def run(words: list[str]) -> int:
    """Judges score files as the official evaluators do."""
    parser = argparse.ArgumentParser(
        prog="keras-asd official",
        description="Judges a folder of score files by the official rules of "
        "DCASE Task 2, joined with the ground truth by the clips' names. "
        "Refuses what is incomplete or not finite.",
    )
    parser.add_argument(
        "scores", help="folder of anomaly_score_*.csv and decision_result_*.csv"
    )
    parser.add_argument(
        "--ground_truth",
        required=True,
        metavar="DIR",
        help="the official evaluator's folder",
    )
    parser.add_argument("--year", required=True, type=int, help="2020 to 2026")
    parser.add_argument(
        "--against",
        metavar="SCORES",
        help="another system's folder: the difference, with its interval and "
        "p-value, by a paired bootstrap",
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print the tables in Markdown"
    )
    options = parser.parse_args(words)
    from pipelines.evaluation.official.official import compare
    from pipelines.evaluation.official.official import judge

    found = (
        judge(options.scores, options.ground_truth, options.year)
        if options.against is None
        else compare(
            options.scores, options.against, options.ground_truth, options.year
        )
    )
    print(found.markdown if options.markdown else found.table, end="")
    return 0
