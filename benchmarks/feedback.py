"""Feedback and enrolment on made-up machines: false alarms, hits and AUC.

`python -m benchmarks.feedback --work FOLDER`; it goes on where it was stopped.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.stats

from benchmarks.feedback_units import Plan
from benchmarks.feedback_units import clips
from benchmarks.feedback_units import judge_both
from benchmarks.feedback_units import write_clips
from benchmarks.measurement import print_report
from pipelines import atomic
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.datasets.synthetic.machine import DESIGNS
from pipelines.evaluation.tables import Table
from pipelines.programs.enrol import enrol
from pipelines.programs.feedback import tell_normal
from pipelines.programs.train import train
from pipelines.settings.presets import choose_preset

RATE, SPEED = 0.05, 1.15
NOTES = """
{units} made-up units ({seeds} seeds), clips of {seconds:g} s, preset \
{preset}, {num_train} normal clips of each to train on, {rate:g} % false \
alarms requested. A changed unit turns {speed:g} times as fast; {told} normal \
clips of that are enrolled. A new unit is enrolled by {told} normal clips in a \
run that never heard it, or trained by the same clips with the others. {fresh} \
fresh normal clips and {fresh} with faults judge each unit. In brackets: 95 % \
intervals of the mean over units; a unit is within its band where its number \
of false alarms is within the 95 % beta-binomial band of the requested rate.
"""


def measure_seed(work: pathlib.Path, seed: int, plan: Plan) -> list[dict]:
    """Facts of each unit of a seed: changed units, and new ones."""
    found = work / f"seed_{seed}.json"
    if found.exists():
        return json.loads(found.read_text(encoding="utf-8"))
    place = work / f"seed_{seed}"
    config = dataclasses.replace(
        choose_preset(plan.preset),
        clip_seconds=plan.seconds,
        false_alarm_rate=RATE,
        minutes=0.0,
    )
    for name, sections in (("known", (0,)), ("all", (0, 1))):
        for machine in DESIGNS:
            for section in sections:
                number = plan.num_told if section else plan.num_train
                write_clips(
                    place / name / machine / "train",
                    plan,
                    clips(machine, section, seed, 0, number),
                )
        train([str(place / name)], config, str(place / f"run_{name}"))
    facts: list[dict[str, Any]] = []
    for machine in DESIGNS:
        facts.append(_changed(place, machine, seed, plan))
        facts.append(_new(place, machine, seed, plan))
    atomic.write_text(found, json.dumps(facts))
    return facts


def _changed(place, machine, seed, plan) -> dict[str, Any]:
    key, run = f"{machine}/section_00", "run_known"
    told = write_clips(
        place / "told" / machine,
        plan,
        clips(machine, 0, seed, 500, plan.num_told, speed=SPEED),
    )
    given = key, "usual", seed, plan, 1.0
    faster = key, "faster", seed, plan, SPEED
    facts: dict[str, Any] = {"what": "changed", "unit": key}
    facts["usual"] = judge_both(place, run, *given)
    facts["before"] = judge_both(place, run, *faster)
    tell_normal(str(place / run), [told], key)
    facts["after"] = judge_both(place, run, *faster)
    facts["usual after"] = judge_both(place, run, *given)
    return facts


def _new(place, machine, seed, plan) -> dict[str, Any]:
    key = f"{machine}/section_01"
    given = key, "usual", seed, plan, 1.0
    new = write_clips(
        place / "new" / machine,
        plan,
        clips(machine, 1, seed, 0, plan.num_told),
    )
    enrol(str(place / "run_known"), key, [new])
    return {
        "what": "new",
        "unit": key,
        "trained": judge_both(place, "run_all", *given),
        "enrolled": judge_both(place, "run_known", *given),
    }


def rows(facts: Sequence[dict], plan: Plan) -> list[tuple[str, ...]]:
    """Rows of the table."""
    changed = [one for one in facts if one["what"] == "changed"]
    new = [one for one in facts if one["what"] == "new"]
    low, high = fresh_alarms_band(RATE, plan.num_told, plan.num_fresh)
    named = [
        ("usual speed, as trained", changed, "usual"),
        ("changed speed, before", changed, "before"),
        ("changed speed, told", changed, "after"),
        ("usual speed, told of the change", changed, "usual after"),
        ("new unit, trained with the others", new, "trained"),
        ("new unit, enrolled", new, "enrolled"),
    ]
    table = []
    for name, units, when in named:
        numbers = [round(one[when]["false"] * plan.num_fresh) for one in units]
        table.append(
            (
                name,
                _mean([one[when]["false"] for one in units]),
                f"{sum(low <= n <= high for n in numbers)} of {len(units)}",
                f"{sum(n <= high for n in numbers)} of {len(units)}",
                _mean([one[when]["hits"] for one in units]),
                _mean([one[when]["auc"] for one in units]),
            )
        )
    for name, units, after, then in (
        ("told less usual speed", changed, "after", "usual"),
        ("told less before", changed, "after", "before"),
        ("enrolled less trained", new, "enrolled", "trained"),
    ):
        gaps = {
            what: _mean([one[after][what] - one[then][what] for one in units])
            for what in ("false", "hits", "auc")
        }
        table.append((name, gaps["false"], "", "", gaps["hits"], gaps["auc"]))
    return table


def _mean(values: Sequence[float]) -> str:
    """Mean in % with its 95 % interval over units."""
    numbers = 100 * np.array(values)
    error = scipy.stats.sem(numbers) if len(numbers) > 1 else np.nan
    reach = scipy.stats.t.ppf(0.975, max(len(numbers) - 1, 1)) * error
    mean = numbers.mean()
    return f"{mean:.1f} [{mean - reach:.1f}, {mean + reach:.1f}]"


def main(words: Sequence[str] | None = None) -> int:
    """Measures what is missing and prints the table; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--preset", default=Plan.preset)
    parser.add_argument("--train", type=int, default=Plan.num_train)
    parser.add_argument("--told", type=int, default=Plan.num_told)
    parser.add_argument("--fresh", type=int, default=Plan.num_fresh)
    parser.add_argument("--seconds", type=float, default=Plan.seconds)
    parser.add_argument("--out", metavar="FILE")
    given = parser.parse_args(words)
    plan = Plan(
        given.train, given.told, given.fresh, given.seconds, given.preset
    )
    work = pathlib.Path(given.work)
    facts = [
        fact
        for seed in range(given.seeds)
        for fact in measure_seed(work, seed, plan)
    ]
    header = ("", "false alarms, %", "within band", "not above", "hits, %")
    table = Table((*header, "AUC, %"), rows(facts, plan))
    notes = NOTES.format(
        units=len(facts) // 2,
        seeds=given.seeds,
        seconds=plan.seconds,
        preset=plan.preset,
        num_train=plan.num_train,
        rate=100 * RATE,
        speed=SPEED,
        told=plan.num_told,
        fresh=plan.num_fresh,
    )
    print_report(f"{table.markdown()}\n{notes}", given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
