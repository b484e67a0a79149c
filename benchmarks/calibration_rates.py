"""Requested and achieved false-alarm rates of whole trainings.

`python -m benchmarks.calibration_rates --work FOLDER`; it goes on where it was
stopped.
"""

import argparse
import dataclasses
import json
import pathlib
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.measurement import print_report
from pipelines import atomic
from pipelines.calibration.domain_curves import fit_domains
from pipelines.calibration.false_alarms import find_threshold
from pipelines.calibration.false_alarms import fresh_alarms_band
from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.calibration.p_value_curves import fit_curve
from pipelines.calibration.promises import find_unseen
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.tables import Table
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.programs.train import train
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.presets import choose_preset

PRESETS = ("training_free", "training_free_views", "tastgram_study")
RATES = (0.1, 0.05, 0.01)
DOMAINS = ("source", "target")
HEADER = (
    "system",
    "calibrated",
    "domain",
    *(f"{100 * rate:g} % requested" for rate in RATES),
)
NOTES = """
Each system is trained with its own settings (but for clips of {seconds:g} s \
and a requested rate of 1 %, by which a network holds clips out). A cell is a \
machine and a domain: its threshold is drawn from the clips that nothing was \
fitted on, and {num_fresh} fresh normal clips of the domain are judged by it. \
Shown are the cells whose number of false alarms is not above the 95 % \
beta-binomial band, in brackets those within it, then the mean rate that was \
achieved. "By domain" is what a run does: the largest p-value of the domains. \
"Together" draws from the clips of both domains at once, as before.
"""


@dataclasses.dataclass(frozen=True)
class Plan:
    """Numbers of clips of each machine, half of them of either domain.

    Args:
        num_train: Normal clips of the training list.
        num_fresh: Fresh normal clips of each domain.
        seconds: Length of a clip.

    >>> Plan().settings(0).num_train_target
    220
    """

    num_train: int = 440
    num_fresh: int = 1000
    seconds: float = 1.0

    def settings(self, seed: int) -> SyntheticSettings:
        """Settings of the built-in data."""
        return SyntheticSettings(
            num_ids=1,
            num_train=self.num_train,
            num_train_target=self.num_train // 2,
            num_test_normal=2 * self.num_fresh,
            num_test_anomaly=0,
            seconds=self.seconds,
            seed=seed,
        )


def judge_preset(
    preset: str, seed: int, plan: Plan, work: pathlib.Path
) -> list[dict[str, Any]]:
    """The cells of a preset on the data of a seed, from a file if there."""
    path = work / f"{preset}_{seed}.json"
    if path.exists():
        return json.loads(path.read_text())
    print(f"{preset}, seed {seed} ...", file=sys.stderr, flush=True)
    data = work / f"data_{seed}"
    generate(data, plan.settings(seed))
    config = dataclasses.replace(
        choose_preset(preset),
        clip_seconds=plan.seconds,
        false_alarm_rate=min(RATES),
    )
    run = RunFolder(work / f"run_{preset}_{seed}")
    detector = train([str(data)], config, str(run.path))
    listed = read_clip_list(run.clips)
    normals = calibration_scores(
        detector,
        read_embeddings(run.embeddings),
        config,
        find_unseen(listed, config),
    )
    inspected, _ = choose_test_clips([str(data)], config, detector, set())
    fresh = embed_by_networks(
        detector.embedder, detector.groups, inspected, config, "scoring"
    )
    scores = score_embeddings(detector, fresh)[:, 0]
    keys = np.array([one.clip.key for one in inspected])
    domains = np.array([one.clip.domain for one in inspected])
    cells = [
        judge_cell(
            normals[key], scores[(keys == key) & (domains == domain)], domain
        )
        for key in sorted(set(keys.tolist()))
        for domain in DOMAINS
    ]
    atomic.write_text(path, json.dumps(cells))
    return cells


def judge_cell(normal: NormalScores, fresh, domain: str) -> dict[str, Any]:
    """False alarms of a machine's fresh clips of a domain, by rate.

    Args:
        normal: Scores to calibrate with.
        fresh: Scores of fresh normal clips.
        domain: Their domain.

    >>> generator = np.random.default_rng(0)
    >>> normal = NormalScores(generator.random(200), np.arange(200) > 99)
    >>> cell = judge_cell(normal, generator.random(1000), "source")
    >>> cell["domain"], len(cell["together"])
    ('source', 3)
    """
    cell: dict[str, Any] = {"domain": domain, "fresh": len(fresh)}
    for rate in RATES:
        together = fit_curve(normal.scores), len(normal.scores)
        found = {"by domain": fit_domains(normal, rate=rate)}
        for name, (curve, size) in (found | {"together": together}).items():
            alarms = None
            if curve is not None and rate * (size + 1) >= 1:
                limit = find_threshold(curve.scores, curve.p_values, rate)
                alarms = int((fresh >= limit).sum())
            cell.setdefault(name, []).append([alarms, size])
    return cell


def rows(name: str, cells: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Lines of the table, one for each way to calibrate and domain."""
    lines = []
    for way in ("by domain", "together"):
        for domain in DOMAINS:
            own = [cell for cell in cells if cell["domain"] == domain]
            texts = []
            for index, rate in enumerate(RATES):
                found = [(*cell[way][index], cell["fresh"]) for cell in own]
                texts.append(_share(rate, found))
            lines.append([name, way, domain, *texts])
    return lines


def _share(rate: float, found: Sequence[tuple[int | None, int, int]]) -> str:
    num_below = num_inside = 0
    shares = []
    for alarms, size, num_fresh in found:
        if alarms is None:
            continue
        low, high = fresh_alarms_band(rate, size, num_fresh)
        num_below += alarms <= high
        num_inside += low <= alarms <= high
        shares.append(100 * alarms / num_fresh)
    if not shares:
        return "too few"
    return (
        f"{num_below} of {len(shares)} ({num_inside}), {np.mean(shares):.2f} %"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calibration_rates",
        description="Requested and achieved false-alarm rates of trainings.",
    )
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    parser.add_argument("--seeds", type=int, default=2, help="of the data")
    parser.add_argument("--train", type=int, default=440, help="clips")
    parser.add_argument("--fresh", type=int, default=1000, help="a domain")
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    plan = Plan(options.train, options.fresh)
    cells: dict[str, list] = {preset: [] for preset in options.presets}
    for seed in range(options.seeds):
        for preset in options.presets:
            cells[preset] += judge_preset(preset, seed, plan, options.work)
    lines = [line for name, own in cells.items() for line in rows(name, own)]
    notes = NOTES.format(**vars(plan)).strip()
    table = Table(HEADER, lines).markdown()
    print_report("\n\n".join(["# False alarms", notes, table]), options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
