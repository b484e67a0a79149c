"""Scores, reports and written files, printed for a terminal or a pipe."""

import json
import os
import sys
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from pipelines.files.names import escape_name
from pipelines.files.names import printable


def print_score(row: Mapping[str, Any], is_json: bool = False) -> None:
    """Prints a row: score, machine, clip, decision, p-value.

    What is wrong with a clip goes to standard error, and a clip without a
    score has no line; in JSON every clip has one, which tells both. Names are
    spelt as in `pipelines.files.names`; in JSON they are the names themselves.

    Args:
        row: Of `clip`, `machine`, `anomaly_score`, `p_value`, `decision`,
            `valid` and `problem`, and of a window's `start_seconds` and
            `end_seconds`; `None` where there is no number.
        is_json: All fields as a JSON object instead.

    >>> row = {"clip": "a.wav", "machine": "fan", "anomaly_score": 0.25}
    >>> row |= {"p_value": 0.5, "decision": 0, "valid": True, "problem": ""}
    >>> print_score(row)
    0.25    fan    a.wav    0    0.5
    """
    if is_json:
        print(json.dumps(row), flush=True)
        return
    clip, score = escape_name(row["clip"]), row["anomaly_score"]
    problem, p_value = printable(row["problem"]), row["p_value"]
    if score is None:
        print_left_out(row["clip"], problem)
        return
    if problem:
        print(f"keras-asd: not sound: {clip}: {problem}", file=sys.stderr)
    cells = [f"{score:.6g}", escape_name(row["machine"]), clip]
    cells += [row["decision"]]
    cells += ["nan" if p_value is None else f"{p_value:.4g}"]
    if "start_seconds" in row:
        cells += [f"{row['start_seconds']:g}", f"{row['end_seconds']:g}"]
    if "nearest_fault" in row:
        cells.append(_name_fault(row["nearest_fault"]))
    print(*cells, sep="\t", flush=True)


def _name_fault(fault: Mapping[str, Any] | None) -> str:
    if fault is None:
        return ""
    return f"{printable(fault['name'])} ({fault['distance']:.2g})"


def print_left_out(clip: str, problem: str) -> None:
    """Prints to standard error why a clip is left out.

    >>> print_left_out("a.wav", "empty: 0 bytes")
    """
    clip, problem = escape_name(clip), printable(problem)
    print(f"keras-asd: left out: {clip}: {problem}", file=sys.stderr)


def print_header(row: Mapping[str, Any]) -> None:
    """Prints the names of the cells of `print_score`.

    >>> print_header({})
    anomaly_score    machine    clip    decision    p_value
    """
    optional = ("start_seconds", "end_seconds", "nearest_fault")
    more = [name for name in optional if name in row]
    names = ["anomaly_score", "machine", "clip", "decision", "p_value"]
    print(*names, *more, sep="\t", flush=True)


def print_scores(rows: Iterable[Mapping[str, Any]], is_json: bool) -> int:
    """Prints rows as they come, and returns how many have a score.

    >>> row = {"clip": "a.wav", "anomaly_score": None}
    >>> print_scores([row], is_json=True)
    {"clip": "a.wav", "anomaly_score": null}
    0
    """
    num_scored = 0
    for row in rows:
        has_score = row["anomaly_score"] is not None
        if has_score and not num_scored and not is_json:
            print_header(row)
        num_scored += has_score
        print_score(row, is_json)
    return num_scored


def print_files(files: Iterable[str | os.PathLike[str]]) -> None:
    """Prints which files were written.

    >>> print_files(["runs/a/table.md"])
    wrote runs/a/table.md
    """
    for path in files:
        print(f"wrote {escape_name(path)}")


def print_report(report: Any) -> None:
    """Prints a report, or the result of an experiment.

    Args:
        report: With a `table` to print, and the `files` that were written.

    >>> import types
    >>> print_report(types.SimpleNamespace(table="| AUC |", files=["a.md"]))
    | AUC |
    wrote a.md
    """
    print(report.table)
    print_files(report.files)
