"""Judgement of score files by the official rules of DCASE Task 2."""

import pathlib

from pipelines.evaluation.official.comparison import Comparison
from pipelines.evaluation.official.judgement import Judgement
from pipelines.evaluation.official.official import compare
from pipelines.evaluation.official.official import judge


def official(
    scores: str,
    ground_truth: str,
    year: int,
    against: str | None = None,
    leave_out_incomplete: bool = False,
) -> Judgement | Comparison:
    """Judges a folder of score files, alone or against another one.

    Args:
        scores: Folder of the score files, as `judge` takes it.
        ground_truth: Folder of the official evaluator.
        year: Year of the challenge, 2020 to 2026.
        against: Folder of another system's score files.
        leave_out_incomplete: Whether sections that lack a domain or a label are
            left out instead of refused.

    Returns:
        The judgement; with `against`, the comparison of both.

    Raises:
        FileNotFoundError: If a folder is missing.
        ValueError: If the files are incomplete or not finite.

    >>> official("no_such_scores", "no_such_truth", 2023)
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    folder, truth = pathlib.Path(scores), pathlib.Path(ground_truth)
    options = {"leave_out_incomplete": leave_out_incomplete}
    if against is None:
        return judge(folder, truth, year, **options)
    return compare(folder, pathlib.Path(against), truth, year, **options)
