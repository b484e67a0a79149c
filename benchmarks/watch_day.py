"""A watch of four made-up machines: a day without a fault, then each fault.

`python -m benchmarks.watch_day --work FOLDER`; it goes on where it was stopped.
"""

import argparse
import pathlib
import sys
from collections.abc import Sequence

import numpy as np

from benchmarks.made_up_line import FIRST_TIME
from benchmarks.made_up_line import SEVERITIES
from benchmarks.made_up_line import MadeUpLine
from benchmarks.measurement import print_report
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.evaluation.tables import Table
from pipelines.programs.train import train
from pipelines.programs.watch import open_judge
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset
from pipelines.settings.reading import read_settings
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.watch import Watch

HOURS, NUM_TRAIN, SEED = 24.0, 120, 0


def train_model(work: pathlib.Path, num_train: int) -> pathlib.Path:
    """Trains the default without a network on clips of each machine."""
    data, run = work / "data", work / "run"
    settings = SyntheticSettings(
        num_ids=1,
        num_train=num_train,
        num_test_normal=0,
        num_test_anomaly=0,
        seed=SEED,
    )
    generate(data, settings)
    if not RunFolder(run).path.exists():
        config = read_settings({"minutes": 0}, choose_preset("auto"))
        train([str(data)], config, str(run))
    return run


def false_alarms(events: Sequence[Event], line: MadeUpLine) -> list[str]:
    """Alarms before the first fault: under no promise, and under one."""
    end = FIRST_TIME + 3600.0 * line.hours
    alarms = [
        event
        for event in events
        if event.kind == "alarm"
        and event.machine == line.machine
        and event.time < end
    ]
    promises = [event.details["promised_per_week"] for event in alarms]
    last = [
        event
        for event in events
        if event.kind == "promise" and event.machine == line.machine
    ]
    promised = last[-1].details["promised_per_week"] if last else None
    return [
        str(sum(rate is None for rate in promises)),
        str(sum(rate is not None for rate in promises)),
        "none" if promised is None else f"{promised:.3g} a week",
    ]


def delays(
    history: History, line: MadeUpLine
) -> dict[tuple[str, float], float]:
    """Minutes until each fault was an alarm, infinite where it was none."""
    alarms = history.alarms(line.machine)
    found = {}
    for episode in line.episodes:
        begin, end = FIRST_TIME + episode.begin, FIRST_TIME + episode.end
        times = [
            event.time
            for event in alarms
            if event.kind == "alarm" and begin < event.time <= end
        ]
        minutes = (min(times) - begin) / 60.0 if times else np.inf
        found[episode.fault, episode.severity] = minutes
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Trains, watches and prints what was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.watch_day", description=__doc__
    )
    parser.add_argument("--work", required=True, metavar="FOLDER")
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--num_train", type=int, default=NUM_TRAIN)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    work = pathlib.Path(options.work)
    run = train_model(work, options.num_train)
    judge = open_judge(str(run))
    lines = [
        MadeUpLine(name, f"{name}/section_00", options.hours, SEED)
        for name in DESIGNS
    ]
    with History(work / "history.sqlite") as history:
        for event in Watch(judge, lines, history).listen():
            print(event, file=sys.stderr, flush=True)
        events = history.events_after(0, 1_000_000)
        normal = [[line.machine, *false_alarms(events, line)] for line in lines]
        minutes = {line.machine: delays(history, line) for line in lines}
    rows = [
        [
            fault,
            *(
                _describe(
                    [d[fault, s] for d in minutes.values() if (fault, s) in d]
                )
                for s in SEVERITIES
            ),
        ]
        for fault in sorted({f for d in minutes.values() for f, _ in d})
    ]
    header = ("machine", "provisional", "under a promise", "promised at last")
    faults = ("fault", *(f"severity {s:g}" for s in SEVERITIES))
    parts = [
        "# A day of a watch",
        f"False alarms in {options.hours:g} hours without a fault:",
        Table(header, normal).markdown(),
        "Faults found within ten minutes, and the median delay of those:",
        Table(faults, rows).markdown(),
    ]
    print_report("\n\n".join(parts), options.out)
    return 0


def _describe(minutes: Sequence[float]) -> str:
    found = [one for one in minutes if np.isfinite(one)]
    delay = f", {np.median(found):.1f} min" if found else ""
    return f"{len(found)} of {len(minutes)}{delay}"


if __name__ == "__main__":
    sys.exit(main())
