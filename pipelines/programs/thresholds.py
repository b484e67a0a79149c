"""Thresholds of a finished run for a requested false-alarm rate."""

from collections.abc import Sequence

from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.evaluation.alarm_thresholds import threshold_table
from pipelines.runs.artefacts import load_detector
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_run


def thresholds(
    run_path: str, rate: float | None = None, trust: Sequence[str] = ()
) -> str:
    """The table of every machine's threshold.

    Args:
        run_path: Folder of a finished training run.
        rate: Requested false-alarm rate, in `(0, 1)`; the run's if `None`.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        The text of `threshold_table`.

    Raises:
        FileNotFoundError: If there is no such run.

    >>> thresholds("no_such_run")
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = find_run(run_path)
    read_config(run)  # Refuses what is no run.
    detector = load_detector(run, trust)
    calibration = detector.calibration
    facts = read_calibration(run.calibration)
    rate = calibration.false_alarm_rate if rate is None else rate
    return threshold_table(list(detector.keys), calibration, facts, rate)
