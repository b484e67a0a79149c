"""Submission files of scores and decisions, for each year's evaluator."""

import pathlib
import re
from collections import defaultdict
from collections.abc import Sequence

from keras_asd.metrics import number_names
from pipelines import atomic
from pipelines.evaluation.score_files import csv_text
from pipelines.methods.scored_clip import ScoredClip

# Row of a file: name, anomaly score, decision.
_Row = tuple[str, float, bool]


def write_submission(
    folder: pathlib.Path,
    year: int,
    scored_clips: Sequence[ScoredClip],
    decisions: Sequence[bool] | None = None,
) -> list[pathlib.Path]:
    r"""Writes the folder that the evaluator of a year takes.

    It has `anomaly_score_...csv` and, since 2021, `decision_result_...csv`: one
    of each per section, in 2021 per section and domain. They have two columns,
    no header, rows sorted by name and scores at full precision. The folder is
    written atomically.

    Args:
        folder: New or empty folder.
        year: Integer, 2020 to 2026.
        scored_clips: One or more scored clips, in any order.
        decisions: Whether each clip is decided to be an anomaly, `(clips,)`, by
            one threshold per file, which since 2022 is for both domains. `None`
            in 2020.

    Returns:
        Sorted paths of the files.

    Raises:
        FileExistsError: If the folder is not empty.
        ValueError: If there is no clip; decisions are missing, superfluous or
            by several thresholds; a section or domain is invalid in that year;
            or two clips of a file have the same name.

    >>> import tempfile
    >>> from pipelines.datasets.clip import Clip
    >>> clip = Clip(
    ...     pathlib.Path("a.wav"), "fan", "section_00", "test", None)
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> paths = write_submission(folder, 2023, [ScoredClip(clip, 0.1)], [True])
    >>> [(path.name, path.read_text()) for path in paths]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('anomaly_score_fan_section_00_test.csv', 'a.wav,0.1\n'),
     ('decision_result_fan_section_00_test.csv', 'a.wav,1\n')]

    Reference: DCASE 2020 to 2026 Task 2, submission format.
    """
    number_names(year)  # Refuses a year without challenge.
    num_decisions = 0 if decisions is None else len(decisions)
    num_wanted = 0 if year == 2020 else len(scored_clips)
    if not scored_clips or num_decisions != num_wanted:
        raise ValueError(
            "There must be clips and, since 2021, one decision a clip. "
            f"Received: {len(scored_clips)} clips and {num_decisions} "
            f"decisions for {year}."
        )
    groups: dict[str, list[_Row]] = defaultdict(list)
    for index, scored in enumerate(scored_clips):
        is_called = bool(decisions[index]) if decisions is not None else False
        row = (scored.clip.path.name, float(scored.anomaly_score), is_called)
        groups[_stem(scored, year)].append(row)
    texts = {}
    for stem, rows in groups.items():
        _check_rows(stem, rows)
        names, scores, called = zip(*rows, strict=True)
        texts[f"anomaly_score_{stem}.csv"] = csv_text(
            names, [repr(score) for score in scores]
        )
        if decisions is not None:
            texts[f"decision_result_{stem}.csv"] = csv_text(
                names, [str(int(is_called)) for is_called in called]
            )
    return _write_folder(pathlib.Path(folder), texts)


def _stem(scored: ScoredClip, year: int) -> str:
    clip = scored.clip
    form = r"id_[0-9]{2}" if year == 2020 else r"section_[0-9]{2}"
    if not re.fullmatch(form, clip.section) or re.search(
        r"[/\\\x00-\x1f]|^$", clip.machine
    ):
        raise ValueError(
            f"A clip of {year} must have a section "
            f"`{'id_00' if year == 2020 else 'section_00'}` and a machine "
            f"without slashes. Received: {clip.key!r} for {clip.path}. Is the "
            "year right?"
        )
    stem = f"{clip.machine}_{clip.section}"
    if year == 2021:
        if clip.domain not in ("source", "target"):
            raise ValueError(
                "A clip of 2021 must have a domain. Received: "
                f"domain={clip.domain} for {clip.path}. It lies in "
                "`source_test` or `target_test`."
            )
        stem += f"_{clip.domain}"
    return stem if year == 2020 else f"{stem}_test"


def _check_rows(stem: str, rows: list[_Row]) -> None:
    names = [name for name, _, _ in rows]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(
            "The names of the clips of a file must differ. Received: "
            f"{twice!r} more than once for {stem}."
        )
    normal = [score for _, score, is_called in rows if not is_called]
    called = [score for _, score, is_called in rows if is_called]
    if normal and called and max(normal) >= min(called):
        raise ValueError(
            "The decisions of a file must come from one threshold, the same "
            "for both domains since 2022. Received: for "
            f"{stem} a clip of score {max(normal)} called normal and one of "
            f"{min(called)} called an anomaly."
        )


def _write_folder(
    folder: pathlib.Path, texts: dict[str, str]
) -> list[pathlib.Path]:
    if folder.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise FileExistsError(
                "The folder of a submission must be new or empty. Received: "
                f"{folder}, which holds something. The evaluator reads "
                "whatever lies there."
            )
        folder.rmdir()
    with atomic.replacing(folder) as temporary:
        temporary.mkdir()
        for name, text in texts.items():
            atomic.write_text(temporary / name, text)
    return sorted(folder / name for name in texts)
