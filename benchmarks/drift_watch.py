"""Drift end to end: made-up machines that a watch hears, and what it costs."""

import functools
import json
import pathlib
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.drifting_line import BANDS
from benchmarks.drifting_line import DAY
from benchmarks.drifting_line import DriftingLine
from benchmarks.made_up_line import FIRST_TIME
from pipelines.atomic import write_text
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.programs.train import train
from pipelines.programs.watch import open_judge
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings
from pipelines.watching.drift.band_record import BandRecord
from pipelines.watching.drift.drift_settings import DriftSettings
from pipelines.watching.drift.machine_drift import MachineDrift
from pipelines.watching.history import HISTORY
from pipelines.watching.history import History
from pipelines.watching.judged_window import JudgedWindow
from pipelines.watching.sound_source import Window
from pipelines.watching.watch import Watch

WINDOW_SECONDS, NUM_TRAIN, SEED = 2.0, 60, 0
# When a change begins, in days, and how long it is heard.
LEAST_DAYS, MOST_DAYS, HEARD_DAYS = 7.0, 9.0, 8.0
COST_DAYS, BATCH = 1.0, 32


def train_model(work: pathlib.Path, num_train: int = NUM_TRAIN) -> pathlib.Path:
    """Trains the default without a network on each built-in machine.

    Args:
        work: Folder; what is there is not made again.
        num_train: Clips of each machine.
    """
    data, run = work / "data", work / "run"
    settings = SyntheticSettings(
        num_ids=1,
        num_train=num_train,
        num_test_normal=0,
        num_test_anomaly=0,
        seconds=WINDOW_SECONDS,
        seed=SEED,
    )
    generate(data, settings)
    if not RunFolder(run).path.exists():
        config = read_settings({"minutes": 0}, choose_preset("auto"))
        train([str(data)], config, str(run))
    return run


def kept(path: pathlib.Path, measure: Callable[[], Any]) -> Any:
    """What was measured, or is now and goes to a file, as JSON.

    >>> import tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "number.json")
    >>> kept(path, lambda: 3), kept(path, lambda: 4)
    (3, 3)
    """
    if not path.exists():
        write_text(path, json.dumps(measure()))
    return json.loads(path.read_text(encoding="utf-8"))


def watch_line(
    run: pathlib.Path, path: pathlib.Path, line: DriftingLine
) -> tuple[float, int, str]:
    """Watches a line until its change is told.

    Args:
        run: Folder of the run.
        path: File of the history; one that is there is deleted.
        line: The line.

    Returns:
        Days from the beginning of the change until it was told, infinite if
        it was not; number of drifts told before; what moved, in words.
    """
    path.unlink(missing_ok=True)
    judge, num_before = open_judge(str(run)), 0
    with History(path) as history:
        record = BandRecord(history, judge.scorer.sampling_rate)
        watch = Watch(judge, [line], history, listeners=[record])
        for event in watch.listen():
            if event.kind != "drift":
                continue
            print(event, file=sys.stderr, flush=True)
            days = (event.time - FIRST_TIME - line.begin) / DAY
            if days > 0:
                moved = event.message.partition("; ")[2]
                return days, num_before, moved.partition(". If ")[0]
            num_before += 1
    return np.inf, num_before, ""


def end_to_end(
    run: pathlib.Path, work: pathlib.Path, num_lines: int
) -> tuple[list[list[str]], list[float], int]:
    """A row for each line, the delays, and the number of false drifts.

    Args:
        run: Folder of the run.
        work: Folder of the histories.
        num_lines: Number of lines, of machines and bands in turn.
    """
    rows, delays, num_false = [], [], 0
    for index in range(num_lines):
        generator = np.random.default_rng([index, 3])
        days = generator.uniform(LEAST_DAYS, MOST_DAYS)
        design = list(DESIGNS)[index % len(DESIGNS)]
        line = DriftingLine(
            design,
            f"{design}/section_00",
            list(BANDS)[index % len(BANDS)],
            SEED,
            days * DAY,
            (days + HEARD_DAYS) * DAY,
            index,
        )
        path = work / f"line_{index}" / HISTORY
        delay, num_before, moved = kept(
            work / f"line_{index}.json",
            functools.partial(watch_line, run, path, line),
        )
        delays.append(delay)
        num_false += num_before
        shown = f"{delay:.1f}" if np.isfinite(delay) else "-"
        rows.append([design, line.band, f"{days:.1f}", shown, moved])
    return rows, delays, num_false


def cost_milliseconds(
    run: pathlib.Path, work: pathlib.Path
) -> tuple[float, float]:
    """Processor time of a window: of judging it, and of watching its drift.

    The drift is that of such windows for a day, with its state written as JSON
    after every 32, and a spectrum in five minutes.

    Args:
        run: Folder of the run.
        work: Folder of a history.
    """
    judge, key = open_judge(str(run)), "fan/section_00"
    rate, samples = judge.scorer.sampling_rate, judge.scorer.samples
    line = DriftingLine("fan", key, "", SEED, np.inf, BATCH * 600.0)
    sounds = [
        (line, Window(waveform, FIRST_TIME + time, {}))
        for time, waveform in line.windows(rate, samples)
    ]
    judge.judge(sounds, judge.hearing())
    begin = time.process_time()
    for _ in range(10):
        judge.judge(sounds, judge.hearing())
    judging = (time.process_time() - begin) / 10 / BATCH
    path = work / "cost.sqlite"
    path.unlink(missing_ok=True)
    drift = MachineDrift(key, DriftSettings(), "model")
    number, spent = round(COST_DAYS * DAY / WINDOW_SECONDS), 0.0
    scores = np.random.default_rng(0).normal(size=number).tolist()
    sound = sounds[0][1].waveform
    with History(path) as history:
        record = BandRecord(history, rate)
        for first in range(0, number, BATCH):
            windows = [
                JudgedWindow(
                    "",
                    key,
                    "",
                    i,
                    WINDOW_SECONDS * i,
                    WINDOW_SECONDS,
                    score,
                    0.5,
                    model="model",
                )
                for i, score in enumerate(scores[first : first + BATCH], first)
            ]
            history.write(windows)
            begin = time.process_time()
            for window in windows:
                drift.hear(window)
                record.keep("", Window(sound, window.time, {}), window)
            drift.learn(history)
            json.dumps(drift.state)
            spent += time.process_time() - begin
    return 1000 * judging, 1000 * spent / number
