"""The command `keras-asd evaluate`."""

from collections.abc import Sequence

from pipelines.commands.command import command
from pipelines.commands.printing import print_report


@command
def run(
    run: str,
    data: Sequence[str],
    *,
    scorer: Sequence[str] = (),
    year: int | None = None,
    submission: str | None = None,
    audio: str = "alarms",
    trust: Sequence[str] = (),
) -> None:
    """Scores the test clips of data folders with a run, and reports.

    Args:
        run: Folder of a finished training run.
        data: Data folders.
        scorer (NAME): Scorers to fit on the run's normal clips in place of
            its own, such as `LocalDensity(space=raw)`, or `all`;
            `keras-asd train --scorer.help` lists them.
        year: Year of DCASE Task 2, whose official rules judge. Defaults to
            one whose rules suit the clips.
        submission (DIR): Folder for the score and decision files that this
            year's official evaluator takes, one folder a scorer. It must not
            be there yet, but with the same content.
        audio (CLIPS): Of which clips the page has sounds to play: none,
            alarms or all; as many as fit into 8 MB.
        trust (PACKAGE): Packages of your own classes, where the run has any.
    """
    from pipelines.evaluation.evaluation_table import scorer_table
    from pipelines.programs.evaluate import evaluate_scorers

    reports = evaluate_scorers(
        run, data, scorer, year, submission, trust, audio
    )
    for report in reports.values():
        print_report(report)
    if len(reports) > 1:
        metrics = {name: report.metrics for name, report in reports.items()}
        print(scorer_table(metrics).plain())
