"""The command `keras-asd evaluate`."""

from collections.abc import Sequence
from typing import Literal

from pipelines.commands.command import UsageError
from pipelines.commands.command import command
from pipelines.commands.printing import print_report

Space = Literal["own", "sphere", "standardized", "whitened", "raw"]


@command
def run(
    run: str,
    data: Sequence[str],
    *,
    scorer: Sequence[str] = (),
    space: Space | None = None,
    year: int | None = None,
    submission: str | None = None,
) -> None:
    """Scores the test clips of data folders with a run, and reports.

    Args:
        run: Folder of a finished training run.
        data: Data folders.
        scorer (NAME): Scorers to fit on the run's normal clips in place of
            its own, or `all`; `keras-asd train --help` lists them.
        space: Space in which these scorers measure, `own` for each one's.
            Defaults to the run's.
        year: Year of DCASE Task 2, whose official rules judge. Defaults to
            one whose rules suit the clips.
        submission (DIR): Folder for the score and decision files that this
            year's official evaluator takes, one folder a scorer.
    """
    if space and not scorer:
        raise UsageError("--space is for fitted scorers: give --scorer")
    from pipelines.evaluation.scorer_table import scorer_table
    from pipelines.programs.evaluate import evaluate_scorers

    reports = evaluate_scorers(run, data, scorer, space, year, submission)
    for report in reports.values():
        print_report(report)
    if len(reports) > 1:
        print(scorer_table(reports))
