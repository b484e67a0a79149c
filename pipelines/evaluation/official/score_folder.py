"""Reading of submitted scores, joined with the ground truth by file name."""

import math
import pathlib
import re
from collections.abc import Mapping

import numpy as np

from pipelines.evaluation.official.ground_truth import Truth
from pipelines.evaluation.official.labelled_scores import LabelledScores
from pipelines.evaluation.official.labelled_scores import TrueClip
from pipelines.evaluation.official.value_file import read_flag
from pipelines.evaluation.official.value_file import read_values


def read_score_folder(
    folder: pathlib.Path, truth: Truth, year: int
) -> LabelledScores:
    r"""Reads a system's CSV files and joins them with the ground truth.

    Clips may have the names of the evaluation set or their original names.
    Files may have the names of the challenge or, since 2022, of its baselines.
    Decisions are read if there are any.

    Args:
        folder: Folder of the system's files.
        truth: Ground truth from `read_ground_truth`.
        year: Integer, 2020 to 2026.

    Returns:
        The clips, sorted by machine, section and name.

    Raises:
        FileNotFoundError: If a section has no file, or only some have
            decisions.
        ValueError: If a section has several files, or a file lacks a clip, has
            an unknown or repeated clip, or a value that is no finite score or
            no decision. The message has the file, the line and the rule.

    >>> import tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> path = folder / "anomaly_score_fan_id_01.csv"
    >>> _ = path.write_text("a.wav,0.5\n")
    >>> truth = {("fan", "id_01"): {"a.wav": TrueClip(True)}}
    >>> read_score_folder(folder, truth, 2020).scores.tolist()
    [0.5]

    Reference: DCASE 2020 to 2026 Task 2, submission format.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            "The folder of scores must be there, with files such as "
            f"`anomaly_score_<machine>_...csv`. Received: {folder}."
        )
    has_decisions = any(folder.glob("decision_result_*.csv"))
    rows, used = [], set()
    for (machine, section), clips in truth.items():
        values, columns = {}, {}
        kinds = ["anomaly_score"] + ["decision_result"] * has_decisions
        for kind in kinds:
            paths = _find_files(folder, kind, machine, section, year)
            used.update(paths)
            values = _joined(paths, clips)
            read = _decision if kind == "decision_result" else _score
            columns[kind] = {n: read(*cell) for n, cell in values.items()}
        for name, clip in clips.items():
            cells = [columns[kind][name] for kind in kinds]
            domain = clip.domain or ""
            rows.append((machine, section, domain, clip.is_anomaly, *cells))
    machines, sections, domains, labels, scores, *decisions = zip(
        *rows, strict=True
    )
    extra = sorted(set(folder.glob("anomaly_score_*.csv")) - used)
    notes = [f"Not of this evaluation set, not read: {p.name}" for p in extra]
    return LabelledScores(
        np.array(machines),
        np.array(sections),
        np.array(domains),
        np.array(labels, dtype=bool),
        np.array(scores, dtype=np.float64),
        np.array(decisions[0], dtype=bool) if decisions else None,
        tuple(notes),
    )


def _find_files(
    folder: pathlib.Path, kind: str, machine: str, section: str, year: int
) -> list[pathlib.Path]:
    """The file of a section; in 2021 one for each domain."""
    stem = f"{kind}_{machine}_{section}"
    if year == 2020:
        wanted = [[f"{stem}.csv"]]
    elif year == 2021:
        wanted = [[f"{stem}_source_test.csv"], [f"{stem}_target_test.csv"]]
    else:
        pattern = re.compile(
            re.escape(f"{kind}_DCASE{year}T2{machine}_{section}_test_seed")
            + r"[0-9]+.*_Eval\.csv"
        )
        paths = folder.glob(f"{kind}_DCASE*.csv")
        matching = [path.name for path in paths if pattern.fullmatch(path.name)]
        wanted = [[f"{stem}_test.csv", *sorted(matching)]]
    files = []
    for names in wanted:
        there = [folder / name for name in names if (folder / name).is_file()]
        if not there:
            raise FileNotFoundError(
                "Each section of the evaluation set must have its file of "
                f"{kind.replace('_', ' ')}s. Received: {folder} without "
                f"{names[0]}. The evaluator would leave the system out."
            )
        if len(there) > 1:
            raise ValueError(
                "Each section must have one file. Received: "
                f"{', '.join(map(str, there))}. Leave one system's files."
            )
        files += there
    return files


def _joined(
    paths: list[pathlib.Path], clips: Mapping[str, TrueClip]
) -> dict[str, tuple[str, str]]:
    """Cell and location of each clip, by its name in the evaluation set."""
    names = {
        _without_test(original): name
        for name, clip in clips.items()
        for original in clip.original_names
    }
    joined: dict[str, tuple[str, str]] = {}
    for path in paths:
        for written, cell in read_values(path).items():
            name = written
            if written not in clips:
                name = names.get(_without_test(written), "")
            if not name:
                raise ValueError(
                    "A file must name clips of its section alone. Received: "
                    f"{written!r} in {cell[1]}, which the ground truth does "
                    "not know. The file has no header and no folders."
                )
            if name in joined:
                raise ValueError(
                    "Each clip must come once. Received: "
                    f"{written!r} in {cell[1]}, which is {name!r} again."
                )
            joined[name] = cell
    if missing := sorted(set(clips) - set(joined)):
        raise ValueError(
            "A file must hold every clip of its section. Received: "
            f"{', '.join(map(str, paths))} of {len(joined)} lines, without "
            f"{missing[0]!r} and {len(missing) - 1} more."
        )
    return joined


def _without_test(name: str) -> str:
    """A name without `_test`, which a machine of 2024 may lack."""
    return re.sub(r"^(section_[0-9]{2}_(?:source|target))_test_", r"\1_", name)


def _score(text: str, where: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise ValueError(
            "An anomaly score must be a finite number. Received: "
            f"{text!r} in {where}."
        )
    return score


def _decision(text: str, where: str) -> bool:
    return read_flag(text, where, "A decision")
