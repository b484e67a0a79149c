"""The whole way on the built-in data."""

import dataclasses
import logging
import pathlib
import time
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from pipelines import atomic
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.plots import ANOMALY_COLOR
from pipelines.evaluation.plots import NORMAL_COLOR
from pipelines.evaluation.plots import render_png
from pipelines.programs.evaluate import evaluate
from pipelines.programs.export import export
from pipelines.programs.train import train
from pipelines.report.report import Report
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.settings.presets import choose_preset

logger = logging.getLogger(__name__)

SETTINGS = SyntheticSettings(num_train=100, num_train_target=5, seconds=4.0)
PAPER = "tastgram_study"


def demo(run_path: str, target: str, minutes: float = 1.0) -> Report:
    """Generates machines, trains, evaluates, exports and scores a clip.

    The recommended way comes first. The paper's system, small enough for a
    minute, follows on the same recordings.

    Args:
        run_path: Folder of the run; the recordings lie beside it.
        target: Folder of the exported model.
        minutes: Time for a network beside the detector without training.

    Returns:
        The `Report` of the recommended way, with all files that were made, and
        the paper's system in its table.
    """
    start = time.perf_counter()
    data = pathlib.Path(f"{run_path}_data")
    logger.info("1/6 generating recordings of made-up machines in %s", data)
    clips = generate(data, SETTINGS)
    logger.info("2/6 training on the normal ones, as recommended")
    config = dataclasses.replace(choose_preset("auto"), minutes=minutes)
    train([str(data)], config, run_path)
    logger.info("3/6 judging the test clips")
    report = evaluate(run_path, [str(data)])
    logger.info("4/6 exporting a SavedModel")
    version = export(run_path, target)
    clip = next(path for path in clips if "anomaly" in path.name)
    scorer = load_scorer(str(version))
    for scored in score_clips(scorer, [str(clip)]):
        logger.info("5/6 scored through the SavedModel: %s", scored)
    logger.info("6/6 the same with the paper's system, reduced (%s)", PAPER)
    config = choose_preset(PAPER)
    train([str(data)], config, f"{run_path}_paper")
    paper = evaluate(f"{run_path}_paper", [str(data)])
    methods = {
        "the recommended way": report.metrics,
        "nearest neighbour": report.metrics["baseline"],
        "the paper's, reduced": paper.metrics,
    }
    picture = pathlib.Path(run_path) / "demo.png"
    drawn = render_png(demo_figure(methods, report.metrics["alarms"]))
    with atomic.replacing(picture, len(drawn)) as temporary:
        temporary.write_bytes(drawn)
    lines = [
        report.table,
        *(
            f"Mean AUC, {name + ':':<25} {_mean_auc(metrics)}"
            for name, metrics in methods.items()
        ),
        "The paper's network learns from scratch: as published from some "
        f"36,000 clips for 300 epochs, here from {_num_train(SETTINGS)} for "
        f"{config.epochs}.",
        f"Everything took {(time.perf_counter() - start) / 60:.1f} minutes.",
    ]
    files = (picture, *report.files, version)
    return dataclasses.replace(report, table="\n".join(lines), files=files)


def demo_figure(
    methods: Mapping[str, Mapping[str, Any]], alarms: Mapping[str, Any]
) -> Figure:
    """Draws the methods beside each other, and the alarms of the first.

    Args:
        methods: Numbers of each method, as in `metrics.json`, by its name.
        alarms: Part `alarms` of `metrics.json`.

    >>> nothing = {"mean": {"auc": 0.5, "auc_interval": [0.4, 0.6]}}
    >>> alarms = {"false_alarm_rate": 0.05, "domains": []}
    >>> len(demo_figure({"chance": nothing}, alarms).axes)
    2
    """
    figure = Figure(figsize=(9, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    for place, (name, metrics) in enumerate(methods.items()):
        auc = 100 * metrics["mean"]["auc"]
        low, high = (100 * end for end in metrics["mean"]["auc_interval"])
        ends = [[auc - low], [high - auc]]
        left.barh(place, auc, xerr=ends, capsize=4, color=NORMAL_COLOR)
        left.text(2, place, name, va="center", color="white", weight="bold")
    left.set(xlim=(0, 100), yticks=[], xlabel="mean AUC, % (95 % interval)")
    left.set_title("How well faults are told from normal clips")
    left.axvline(50, color="0.3", linestyle=":")
    left.invert_yaxis()
    rate = 100 * alarms["false_alarm_rate"]
    names = []
    for place, domain in enumerate(alarms["domains"]):
        found = 100 * domain["num_found"] / max(domain["num_faults"], 1)
        false = 100 * domain["num_false"] / max(domain["num_normal"], 1)
        for height, share, color in (
            (place - 0.2, found, ANOMALY_COLOR),
            (place + 0.2, false, NORMAL_COLOR),
        ):
            right.barh(height, share, 0.36, color=color)
            right.text(
                max(share, rate) + 1, height, f"{share:.1f} %", va="center"
            )
        names.append(domain["domain"] or "unknown domain")
    right.axvline(rate, color="0.3", linestyle=":")
    right.set(xlim=(0, 115), xlabel=f"% (dotted: {rate:.3g} % false alarms)")
    right.set_yticks(range(len(names)), names)
    right.set_title("Its alarms: faults found, and false ones")
    right.invert_yaxis()
    return figure


def _num_train(settings: SyntheticSettings) -> int:
    units = len(settings.machines) * settings.num_ids
    return units * settings.num_train


def _mean_auc(metrics: dict) -> str:
    low, high = metrics["mean"]["auc_interval"]
    auc = metrics["mean"]["auc"]
    return f"{100 * auc:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
