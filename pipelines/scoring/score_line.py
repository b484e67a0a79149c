"""Score lines for a terminal or a pipe."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def print_score(row: Mapping[str, Any], is_json: bool = False) -> None:
    """Prints score, machine, clip, decision and p-value of a row.

    The problem of a clip goes to standard error, and a clip without a score
    has no line; in JSON every clip has a line with all fields.

    Args:
        row: Row with `clip`, `machine`, `anomaly_score`, `p_value`,
            `decision`, `valid` and `problem`, for a window also with
            `start_seconds` and `end_seconds`; `None` where there is no number.
        is_json: Whether to print all fields as a JSON object.

    >>> row = {"clip": "a.wav", "machine": "fan", "anomaly_score": 0.25}
    >>> row |= {"p_value": 0.5, "decision": 0, "valid": True, "problem": ""}
    >>> print_score(row)
    0.25    fan    a.wav    0    0.5
    """
    if is_json:
        print(json.dumps(row), flush=True)
        return
    clip, score = row["clip"], row["anomaly_score"]
    problem, p_value = row["problem"], row["p_value"]
    if score is None:
        print(f"keras-asd: left out: {clip}: {problem}", file=sys.stderr)
        return
    if problem:
        print(f"keras-asd: not valid: {clip}: {problem}", file=sys.stderr)
    cells = [f"{score:.6g}", row["machine"], clip, row["decision"]]
    cells += ["nan" if p_value is None else f"{p_value:.4g}"]
    if "start_seconds" in row:
        cells += [f"{row['start_seconds']:g}", f"{row['end_seconds']:g}"]
    print(*cells, sep="\t", flush=True)
