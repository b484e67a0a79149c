"""An hour of a watch as Prometheus sees it, drawn.

`python -m benchmarks.watch_hour --work FOLDER`; needs Prometheus.
"""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np
import soundfile
from matplotlib.figure import Figure

from benchmarks.made_up_line import Episode
from benchmarks.made_up_line import MadeUpLine
from benchmarks.watch_day import train_model
from benchmarks.watch_soak import watching
from pipelines import atomic
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.evaluation.plots import render_png
from pipelines.watching.sound_source import Hearing

RATE, WINDOW_SECONDS, NUM_TRAIN = 16_000, 10, 120
WATCH_PORT, PROMETHEUS_PORT = 19465, 19466
CONFIG = """
global: {{scrape_interval: 5s}}
scrape_configs:
- job_name: watch
  static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
PANELS = (
    ("p-value of the last window", "keras_asd_watch_p_value", "machine"),
    ("alarm (1) or not", 'keras_asd_watch_state{state="alarm"}', "machine"),
    ("seconds from sound to score", "keras_asd_watch_lag_seconds", "source"),
    (
        "windows a minute",
        "60 * rate(keras_asd_watch_windows_judged_total[2m])",
        "machine",
    ),
)


def record(work: pathlib.Path, minutes: float) -> list[str]:
    """Recordings of all machines; the valve leaks in the middle.

    Returns:
        Sources, as words of the command.
    """
    words = []
    window = RATE * WINDOW_SECONDS
    hearing = Hearing(RATE, "mean", window, window)
    for name in DESIGNS:
        key, path = f"{name}/section_00", work / f"{name}.wav"
        line = MadeUpLine(name, key, minutes / 60, 0)
        line.episodes = []
        if name == "valve":
            begin, end = 60 * minutes / 2, 60 * minutes * 2 / 3
            line.episodes = [Episode("leak", 1.0, begin, end)]
        line.seconds = 60 * minutes
        if not path.exists():
            heard = line.listen(hearing, None, threading.Event())
            sound = np.concatenate([one.waveform for one in heard])
            soundfile.write(path, sound, RATE)
        words.append(f"{key}={path}")
    return words


@contextlib.contextmanager
def prometheus(work: pathlib.Path) -> Iterator[None]:
    """Prometheus, which asks the watch every five seconds."""
    config = work / "prometheus.yaml"
    config.write_text(CONFIG.format(port=WATCH_PORT))
    command = ["prometheus", f"--config.file={config}"]
    command += [f"--storage.tsdb.path={work / 'tsdb'}"]
    command += [f"--web.listen-address=127.0.0.1:{PROMETHEUS_PORT}"]
    with open(work / "prometheus.log", "ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def query(text: str, begin: float, end: float) -> list[dict]:
    """Series of a query in a time, as Prometheus's API gives them."""
    values = {"query": text, "start": begin, "end": end, "step": 10}
    url = (
        f"http://127.0.0.1:{PROMETHEUS_PORT}/api/v1/query_range?"
        f"{urllib.parse.urlencode(values)}"
    )
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)["data"]["result"]


def draw(begin: float, end: float) -> Figure:
    """The metrics in a time, a panel each."""
    figure = Figure(figsize=(8.0, 8.5), layout="constrained")
    all_axes = figure.subplots(len(PANELS), 1, sharex=True)
    for axes, (title, text, label) in zip(all_axes, PANELS, strict=True):
        for series in query(text, begin, end):
            times, values = np.array(series["values"], "float64").T
            axes.plot(
                (times - begin) / 60,
                values,
                linewidth=1.0,
                label=series["metric"][label].split("/section")[0],
            )
        axes.set_title(title, loc="left", fontsize="medium")
        axes.grid(alpha=0.3)
    all_axes[0].set_yscale("log")
    all_axes[0].legend(loc="lower left", ncols=4, fontsize="small")
    all_axes[-1].set_xlabel("minutes since the watch began")
    return figure


def main(words: Sequence[str] | None = None) -> int:
    """Watches in real time, and draws what Prometheus kept."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.watch_hour", description=__doc__
    )
    parser.add_argument("--work", required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--num_train", type=int, default=NUM_TRAIN)
    parser.add_argument("--out", default="watch.png", metavar="FILE")
    options = parser.parse_args(words)
    work = pathlib.Path(options.work)
    run = train_model(work, options.num_train)
    sources = record(work, options.minutes)
    more = ("--speed", "1", "--metrics", f"127.0.0.1:{WATCH_PORT}")
    begin = time.time()
    with prometheus(work), watching(run, sources, work / "hour", *more):
        time.sleep(60 * options.minutes)
        with atomic.replacing(options.out) as partial:
            partial.write_bytes(render_png(draw(begin, time.time())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
