"""Fitting of a calibration by normal scores, and the facts about it."""

import json
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_asd.scorers import Calibration
from pipelines import atomic
from pipelines.calibration.domain_curves import fit_domains
from pipelines.calibration.normal_scores import NormalScores
from pipelines.runs.run_files import reading


def fit_calibration(
    scores_by_key: Mapping[str, NormalScores],
    keys: Sequence[str],
    method: str = "empirical",
    false_alarm_rate: float = 0.05,
) -> Calibration:
    """Fits a calibration on the normal scores of every key.

    Args:
        scores_by_key: Normal scores of each key; a key without any, with equal
            scores only, or with too few for `method`, is not calibrated.
        keys: Names in the order of the detector's keys.
        method: `"empirical"` or `"gamma"`; see `fit_curve`.
        false_alarm_rate: Requested rate where a call has none; domains with the
            clips that it needs get a promise of their own, see `fit_domains`.

    Raises:
        ValueError: If method or rate is invalid, or there are no keys.

    >>> normals = {"fan": NormalScores(np.arange(100.0))}
    >>> calibration = fit_calibration(normals, ["fan", "pump"])
    >>> outputs = calibration(np.array([69.0, 69.0]), np.array([0, 1]))
    >>> [round(float(p_value), 2) for p_value in outputs["p_value"]]
    [0.31, nan]
    """
    nothing = NormalScores(np.zeros(0))
    by_index = [
        fit_domains(scores_by_key.get(key, nothing), method, false_alarm_rate)
        for key in keys
    ]
    calibration = Calibration(len(keys), false_alarm_rate=false_alarm_rate)
    return calibration.fit(
        [
            None if curve is None else (curve.scores, np.log(curve.p_values))
            for curve, _ in by_index
        ],
        [num_clips for _, num_clips in by_index],
    )


def describe_calibration(
    scores_by_key: Mapping[str, NormalScores],
    method: str,
    false_alarm_rate: float,
) -> dict[str, Any]:
    """Returns number and kind of the clips behind the curve of every key.

    >>> normals = {"fan": NormalScores(np.zeros(0))}
    >>> facts = describe_calibration(normals, "empirical", 0.05)
    >>> facts["keys"]["fan"]["num_clips"], facts["keys"]["fan"]["source"]
    (0, 'uncalibrated')
    """
    keys: dict[str, dict[str, Any]] = {}
    for key, normal in scores_by_key.items():
        curve, num_clips = fit_domains(normal, method, false_alarm_rate)
        keys[key] = {
            "num_clips": num_clips,
            "num_clips_by_domain": normal.counts,
            "source": "uncalibrated" if curve is None else normal.source,
            "is_calibrated": curve is not None,
        }
        if curve is not None and curve.tail:
            keys[key]["tail"] = curve.tail
        if curve is not None and np.isfinite(curve.fit_p_value):
            keys[key]["tail_fit_p_value"] = curve.fit_p_value
    return {
        "method": method,
        "false_alarm_rate": false_alarm_rate,
        "keys": keys,
    }


def write_calibration(path: pathlib.Path, facts: Mapping[str, Any]) -> None:
    """Writes the facts of `describe_calibration` as JSON.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "calibration.json")
    >>> write_calibration(path, describe_calibration({}, "gamma", 0.1))
    >>> read_calibration(path)["method"]
    'gamma'
    """
    atomic.write_text(path, json.dumps(facts, indent=2) + "\n")


def read_calibration(path: pathlib.Path) -> dict[str, Any]:
    """Reads the facts that `write_calibration` wrote.

    Without such a file the method is unknown.

    Raises:
        ValueError: If it is damaged.

    >>> read_calibration(pathlib.Path("no_such_run/calibration.json"))
    {'method': 'unknown', 'keys': {}}
    """
    if not path.exists():
        return {"method": "unknown", "keys": {}}
    with reading(path, "The description of a calibration"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        for facts_of_key in facts["keys"].values():
            str(facts_of_key.get("source"))
        return {"method": str(facts["method"]), **facts}
