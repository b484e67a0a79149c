"""The command `keras-asd official`."""

from pipelines.commands.command import command


@command
def run(
    scores: str,
    *,
    ground_truth: str,
    year: int,
    against: str | None = None,
    leave_out_incomplete: bool = False,
    markdown: bool = False,
) -> None:
    """Judges score files by the official rules of DCASE Task 2.

    They are joined with the ground truth by the clips' names. Refuses what
    is incomplete or not finite.

    Args:
        scores: Folder of anomaly_score_*.csv and decision_result_*.csv.
        ground_truth (DIR): Folder of the official evaluator.
        year: Year of the challenge, 2020 to 2026.
        against (SCORES): Folder of another system: prints the difference,
            with its interval and p-value, by a paired bootstrap.
        leave_out_incomplete: Leave out sections that lack a domain or a label,
            instead of refusing them.
        markdown: Print the tables in Markdown.
    """
    from pipelines.programs.official import official

    found = official(scores, ground_truth, year, against, leave_out_incomplete)
    print(found.markdown if markdown else found.table, end="")
