"""The chosen trial against what it should beat, over several seeds."""

import dataclasses
import hashlib
import json
import logging
import pathlib
import shutil
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import paired_difference
from pipelines import atomic
from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.numbers import METRICS
from pipelines.benchmarking.numbers import average_seeds
from pipelines.evaluation.judging import NUM_RESAMPLES
from pipelines.evaluation.judging import Drawn
from pipelines.evaluation.judging import judge_clips
from pipelines.evaluation.official.official import official_of_clips
from pipelines.evaluation.official.unjudged import Unjudged
from pipelines.evaluation.tables import Block
from pipelines.evaluation.tables import Table
from pipelines.evaluation.tables import markdown_text
from pipelines.methods.networks import list_examples
from pipelines.methods.scored_clip import ScoredClip
from pipelines.programs.train import train
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.objective import ProxyObjective
from tuning.trials.search_data import SearchData

logger = logging.getLogger(__name__)

TITLES = {"auc": "AUC", "pauc": "pAUC", "official_score": "official score"}


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """What the fresh trainings came to.

    Args:
        blocks: The table, and what is to be known of it.
        differences: First row minus the second by metric: mean, lowest and
            highest of its interval; in shares, not percent.

    >>> Confirmation((), {"auc": (0.02, -0.01, 0.05)}).differences["auc"][0]
    0.02
    """

    blocks: tuple[Block, ...]
    differences: Mapping[str, tuple[float, float, float]]

    @property
    def table(self) -> str:
        """All of it in Markdown."""
        return markdown_text(self.blocks)


def confirm(
    rows: Mapping[str, Config],
    roots: Sequence[str],
    folder: pathlib.Path,
    num_seeds: int = 3,
    notes: Sequence[str] = (),
) -> Confirmation:
    """Trains each row with several seeds, and judges the test clips once.

    Killed, it goes on where it stopped. Where the test clips have no labels
    the objective on held-out clips is all there is to tell.

    Args:
        rows: Two configurations by name; the second is what the first
            should beat. Seeds count from behind each one's own.
        roots: Data folders.
        folder: Where the runs go.
        num_seeds: Trainings of each row.
        notes: Sentences to tell below the table.

    Raises:
        FileNotFoundError: As `pipelines.programs.train.train`.
        ValueError: Likewise.

    >>> rows = {"best": Config(margin=0.5), "paper": Config()}
    >>> confirm(rows, ["no_such_recordings"], pathlib.Path("runs/confirm"))
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    found: dict[str, dict[str, list[Drawn]]] = {}
    for name, config in rows.items():
        cells = []
        # The first seed is the trial's own.
        for seed in range(config.seed + 1, config.seed + 1 + num_seeds):
            logger.info("confirming %s, seed %d", name, seed)
            cells.append(
                _run(
                    dataclasses.replace(config, seed=seed),
                    roots,
                    folder / _digest(config) / f"seed_{seed}",
                )
            )
        found[name] = {
            metric: [cell[metric] for cell in cells]
            for metric in cells[0]
            if all(metric in cell for cell in cells)
        }
    first, second = found.values()
    metrics = [
        metric
        for metric in (*METRICS, ProxyObjective.name)
        if metric in first and metric in second
    ]
    differences = {
        metric: _difference(first[metric], second[metric]) for metric in metrics
    }
    blocks = _blocks(found, metrics, differences, num_seeds)
    return Confirmation((*blocks, *notes), differences)


def _digest(config: Config) -> str:
    """A folder's name: equal settings are trained once."""
    text = json.dumps(dataclasses.asdict(config))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _run(
    config: Config, roots: Sequence[str], folder: pathlib.Path
) -> dict[str, Drawn]:
    run = RunFolder(folder)
    train(roots, config, str(folder))
    listed = read_clip_list(run.clips)
    value = _proxy(run, listed, config)
    numbers = {ProxyObjective.name: np.full(1 + NUM_RESAMPLES, value)}
    if not _can_be_judged(listed):
        return numbers
    scored = run_cell(roots, config, str(folder)).scored_clips
    means = judge_clips(scored).means
    return {name: means[own] for name, own in METRICS.items()} | numbers


def _proxy(
    run: RunFolder, listed: Sequence[ListedClip], config: Config
) -> float:
    """The objective on the clips that this training held out."""
    path = run.path / "proxy.json"
    if not path.exists():
        examples, label_map = list_examples(listed, config)
        data = SearchData(run.path, tuple(listed), tuple(examples), label_map)
        objective = ProxyObjective(data)
        # The run's own scorer has seen the held-out clips, too.
        detector = trial_detector(load_model(run.detector), data, config)
        found = objective.measure(detector, config)
        # Its windows are this seed's alone.
        shutil.rmtree(objective.folder)
        atomic.write_text(path, json.dumps(found))
    return json.loads(path.read_text("utf-8"))[ProxyObjective.name]


def _can_be_judged(listed: Sequence[ListedClip]) -> bool:
    labelled = [
        ScoredClip(one.clip, 0.0)
        for one in listed
        if one.role == "test" and one.clip.is_anomaly is not None
    ]
    if not labelled:
        return False
    found = official_of_clips(
        labelled, leave_out_incomplete=True, num_resamples=1
    )
    return not isinstance(found, Unjudged)


def _difference(
    first: Sequence[Drawn], second: Sequence[Drawn]
) -> tuple[float, float, float]:
    pairs = [one - its for one, its in zip(first, second, strict=True)]
    found = paired_difference(average_seeds(pairs))
    return found.difference, *found.interval


def _blocks(
    found: Mapping[str, Mapping[str, Sequence[Drawn]]],
    metrics: Sequence[str],
    differences: Mapping[str, tuple[float, float, float]],
    num_seeds: int,
) -> list[Block]:
    titles = [f"{TITLES.get(name, name)}, %" for name in metrics]
    rows = [
        [
            name,
            *(
                _cell(np.array([seed[0] for seed in row[metric]]))
                for metric in metrics
            ),
        ]
        for name, row in found.items()
    ]
    cells = [
        f"{100 * mean:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
        for mean, low, high in (differences[metric] for metric in metrics)
    ]
    rows.append(["difference", *cells])
    plural = "s" if num_seeds > 1 else ""
    blocks: list[Block] = [
        Table(["training", *titles], rows, "Confirmation"),
        f"Mean ± standard deviation over {num_seeds} seed{plural}, each a "
        "fresh training. In brackets: 95 % interval of the difference, seeds "
        "and test clips drawn anew; of val_proxy_auc the seeds alone. AUC is "
        "the mean over sections and domains; chance is 50.",
    ]
    if set(metrics) <= {ProxyObjective.name}:
        blocks.append(
            "The test clips have no labels, or too few: true AUC cannot be "
            "told."
        )
    return blocks


def _cell(own: np.ndarray) -> str:
    if len(own) == 1:
        return f"{100 * own[0]:.1f}"
    deviation = np.std(own, ddof=1)
    return f"{100 * np.mean(own):.1f} ± {100 * deviation:.1f}"
