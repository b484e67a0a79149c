"""`keras-asd thresholds`."""

import argparse


def run(words: list[str]) -> int:
    """Prints the thresholds of a run for a wished false-alarm rate."""
    parser = argparse.ArgumentParser(
        prog="keras-asd thresholds",
        description="Prints, for every machine of a run, the anomaly score "
        "from which on a clip raises an alarm, how many normal clips it was "
        "drawn from, what these are, and, where they are unseen, the 95 %% "
        "interval of the false-alarm rate.",
    )
    parser.add_argument("run", help="folder of a finished training run")
    wish = parser.add_mutually_exclusive_group()
    wish.add_argument(
        "--rate",
        type=float,
        help="share of the normal clips that may raise an alarm; the run's "
        "own false_alarm_rate if no wish is given",
    )
    wish.add_argument(
        "--one_in",
        type=float,
        metavar="N",
        help="at most one false alarm in so many normal clips",
    )
    wish.add_argument(
        "--per_day",
        type=float,
        metavar="K",
        help="so many false alarms a day; give --clips_per_day, too",
    )
    parser.add_argument("--clips_per_day", type=float, metavar="C")
    options = parser.parse_args(words)
    if (options.per_day is None) != (options.clips_per_day is None):
        parser.error("--per_day and --clips_per_day belong together")
    import pathlib

    from pipelines.calibration.false_alarms import wished_rate
    from pipelines.calibration.fitting import read_calibration
    from pipelines.evaluation.alarm_thresholds import threshold_table
    from pipelines.runs.artefacts import load_detector
    from pipelines.runs.run_folder import RunFolder
    from pipelines.runs.run_folder import read_config

    rate = wished_rate(
        options.rate, options.one_in, options.per_day, options.clips_per_day
    )
    folder = RunFolder(pathlib.Path(options.run))
    read_config(folder)  # Refuses what is no run.
    detector = load_detector(folder)
    calibration = detector.calibration
    facts = read_calibration(folder.calibration)
    rate = calibration.false_alarm_rate if rate is None else rate
    print(threshold_table(list(detector.keys), calibration, facts, rate))
    return 0
