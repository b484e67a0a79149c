"""Confirmation of the best trial: a benchmark of two rows."""

import dataclasses
import hashlib
import json
import math
import pathlib
import shutil
from collections.abc import Mapping
from collections.abc import Sequence

from pipelines import atomic
from pipelines.benchmarking.bench import run_cells
from pipelines.benchmarking.benchmark import Benchmark
from pipelines.benchmarking.benchmark import BenchmarkRow
from pipelines.benchmarking.cell import Cell
from pipelines.benchmarking.cell import run_cell
from pipelines.benchmarking.cell_plan import CellPlan
from pipelines.benchmarking.data_set import DataSet
from pipelines.benchmarking.data_set import labelled_sections
from pipelines.benchmarking.findings import Findings
from pipelines.benchmarking.row_comparison import comparison_note
from pipelines.benchmarking.row_comparison import comparison_table
from pipelines.benchmarking.running import CellOutcome
from pipelines.evaluation.tables import Block
from pipelines.evaluation.tables import markdown_text
from pipelines.programs.train import train
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.reading import write_settings
from pipelines.training.tasks import list_examples
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.proxy_objective import ProxyObjective
from tuning.trials.search_data import SearchData

PROXY = ProxyObjective.name
COLUMNS = ("domain_auc", "domain_pauc", "official_score", PROXY)
DATA = "data"
UNLABELLED = "The test clips have no labels, or too few: their AUC is unknown."


@dataclasses.dataclass(frozen=True)
class Confirmation:
    """Results of a confirmation.

    Args:
        blocks: Table and notes.
        differences: First row minus the second by column: mean, lower and upper
            bound of the interval, not in percent.

    >>> differences = {"domain_auc": (0.02, -0.01, 0.05)}
    >>> Confirmation((), differences).differences["domain_auc"][0]
    0.02
    """

    blocks: tuple[Block, ...]
    differences: Mapping[str, tuple[float, float, float]]

    @property
    def table(self) -> str:
        """Table and notes in Markdown."""
        return markdown_text(self.blocks)


def confirm(
    rows: Mapping[str, Config],
    roots: Sequence[str],
    folder: pathlib.Path,
    num_seeds: int = 3,
    notes: Sequence[str] = (),
) -> Confirmation:
    """Trains each row with several seeds, and evaluates the test clips.

    A confirmation that was killed is resumed by the next call. If the test
    clips have no labels, it only reports the objective on held-out clips.

    Args:
        rows: Two configurations by name; the first is compared with the second.
            The seeds of the trainings follow that of the first.
        roots: Data folders.
        folder: Folder of the runs.
        num_seeds: Number of seeds of each row.
        notes: Notes below the table.

    Raises:
        FileNotFoundError: If data are missing, see
            `pipelines.programs.train.train`.
        ValueError: If a training is not possible, see the same function.

    >>> rows = {"best": Config(epochs=9), "paper": Config()}
    >>> confirm(rows, ["no_such_recordings"], pathlib.Path("runs/confirm"))
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    best, _ = rows.values()
    benchmark = Benchmark(
        "confirmation",
        "Is the best trial better than what the search began with?",
        tuple(
            BenchmarkRow(name, config, folder=_digest(config))
            for name, config in rows.items()
        ),
        reference=list(rows)[1],
        # The seed of the trial is not used again.
        first_seed=best.seed + 1,
    )
    findings = Findings(benchmark, [DataSet(DATA, tuple(roots))], num_seeds)
    list(run_cells(findings, folder, run_with_proxy))
    first, second = results = findings.rows(DATA)
    columns = [
        name for name in COLUMNS if all(row.number(name) for row in results)
    ]
    differences = {
        name: (difference.difference, *difference.interval)
        for name in columns
        if (difference := first.difference(second, name)) is not None
    }
    table = comparison_table(
        results,
        columns,
        second.name,
        num_seeds,
        findings.year(DATA),
        compared=columns,
    )
    lacking = [UNLABELLED] if columns == [PROXY] else []
    note = (
        f"{comparison_note(columns)} Resamples of {PROXY} are of seeds alone."
    )
    return Confirmation((table, note, *lacking, *notes), differences)


def run_with_proxy(plan: CellPlan) -> CellOutcome:
    """Runs a cell in this process, and measures the proxy objective, too.

    Args:
        plan: Plan of the training.

    Raises:
        FileNotFoundError: If data are missing, see
            `pipelines.programs.train.train`.
        ValueError: If a training is not possible, see the same function.

    >>> folder = pathlib.Path("no_such_run")
    >>> run_with_proxy(CellPlan("a", "b", 1, ("no",), Config(), (), folder))
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    run = RunFolder(plan.folder)
    training = (plan.roots, plan.config, str(plan.folder))
    detector = train(*training)
    numbers = {PROXY: _proxy(run, plan.config)}
    listed = read_clip_list(run.clips)
    _, labelled = labelled_sections(
        entry.clip for entry in listed if entry.role == "test"
    )
    cell = Cell((), math.nan, 0)
    if labelled:
        cell = run_cell(*training, plan.scorers, detector)
    return CellOutcome(cell, None, numbers=numbers)


def _digest(config: Config) -> str:
    """Folder name of settings, so that equal ones are trained once."""
    text = json.dumps(write_settings(config))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _proxy(run: RunFolder, config: Config) -> float:
    """The proxy objective on the held-out clips of this training."""
    path = run.path / "proxy.json"
    if not path.exists():
        listed = read_clip_list(run.clips)
        examples, label_map = list_examples(listed, config)
        data = SearchData(run.path, tuple(listed), tuple(examples), label_map)
        objective = ProxyObjective(data)
        # The run's scorer was fitted on the held-out clips, too.
        detector = trial_detector(
            load_model(run.detector, config.foreign_packages), data, config
        )
        metrics = objective.measure(detector, config)
        # Its windows are only for this seed.
        shutil.rmtree(objective.folder)
        atomic.write_text(path, json.dumps(metrics))
    return json.loads(path.read_text("utf-8"))[PROXY]
