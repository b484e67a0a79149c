"""Hyperparameter search: trials, report and confirmation of the best."""

import contextlib
import dataclasses
import json
import os
import pathlib
from collections.abc import Sequence

import keras_tuner

from pipelines import atomic
from pipelines.atomic import FolderLock
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.tables import Block
from pipelines.settings.config import Config
from pipelines.settings.reading import write_settings
from tuning.machines.chief import serve_chief
from tuning.oracles.kinds import count_trials
from tuning.oracles.kinds import make_oracle
from tuning.oracles.kinds import read_trials
from tuning.programs.confirmation import Confirmation
from tuning.programs.confirmation import confirm
from tuning.programs.contenders import contender_notes
from tuning.programs.contenders import contenders
from tuning.programs.running import run_trials
from tuning.settings.search_settings import SearchSettings
from tuning.settings.search_space import make_space
from tuning.settings.values import find_record
from tuning.settings.values import value_of
from tuning.settings.values import with_values
from tuning.showing.hparams import write_hparams
from tuning.showing.page import render_search_page
from tuning.showing.progress import TrialLines
from tuning.showing.trial_ranking import completed_trials
from tuning.showing.trial_ranking import trials_markdown
from tuning.trials.judging.objective import Objective
from tuning.trials.judging.objective import make_objective
from tuning.trials.search_data import SearchData
from tuning.trials.search_data import prepare_search
from tuning.trials.search_folder import DATA
from tuning.trials.search_folder import DEVELOPMENT
from tuning.trials.search_folder import SearchFolder
from tuning.trials.search_folder import data_digest
from tuning.trials.search_folder import development_digest
from tuning.trials.search_folder import write_preset
from tuning.trials.trial_record import TrialRecord

# Settings of the built-in machines, which are used if no data are given.
BUILT_IN = SyntheticSettings(num_train=60, num_train_target=3, seconds=2.0)
# Name of the final configuration among the values a search is bound to.
FINAL = "search/final"


@dataclasses.dataclass(frozen=True)
class SearchResult:
    """Results of a search.

    Args:
        records: Records of all trials.
        best: Record of the best trial.
        config: Configuration with the values of the best trial.
        table: All trials in Markdown.
        confirmation: Confirmation of the best trial, if requested.
        files: Written files.

    >>> record = TrialRecord("0", {}, "completed", objective=0.8)
    >>> SearchResult((record,), record, Config(), "", None, ()).best.name
    '0'
    """

    records: tuple[TrialRecord, ...]
    best: TrialRecord
    config: Config
    table: str
    confirmation: Confirmation | None
    files: tuple[pathlib.Path, ...]


def built_in_roots(
    folder: str, machines: SyntheticSettings = BUILT_IN
) -> list[str]:
    """Generates the built-in machines beside the folder of a search.

    Args:
        folder: Folder of the search.
        machines: Which and how many recordings of them.

    Returns:
        The data folder, as an entry of the `roots` of `search`.

    >>> few = SyntheticSettings(machines=("fan",), num_ids=1, num_train=3)
    >>> built_in_roots("searches/a", few)
    ['searches/a_data']
    """
    data = pathlib.Path(f"{folder}_data")
    generate(data, machines)
    return [str(data)]


def search(
    settings: SearchSettings,
    final: Config,
    roots: Sequence[str],
    folder: str,
    num_seeds: int = 3,
    address: str | None = None,
    lease_seconds: float = 60.0,
) -> SearchResult:
    """Runs all trials, and confirms the best over several seeds.

    A search that was killed is resumed by the next call.

    Args:
        settings: Settings of the search, with the configuration of the trials.
        final: Configuration that receives the best trial's values.
        roots: Data folders.
        folder: Folder of the search.
        num_seeds: Number of seeds of the best trial and of `final` in the
            confirmation; 0 for no confirmation.
        address: Address `host:port` of a chief that leaves the trials to its
            workers; `None` to run the trials in this process.
        lease_seconds: Silence of a worker in seconds after which its trial is
            given to another.

    Raises:
        FileNotFoundError: If a data folder is missing.
        ValueError: If the search was begun with other settings, or every
            trial failed.
        OSError: If the address cannot be listened at.

    >>> search(SearchSettings(Config()), Config(), ["no_such"], "searches/x")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    paths = SearchFolder(pathlib.Path(os.path.abspath(folder)))
    roots = [os.path.abspath(root) for root in roots]
    with FolderLock(paths.path / "data.lock"):
        data = prepare_search(roots, settings.config, paths.data)
    objective = make_objective(settings, data)
    base_values = {
        name: value_of(final, name)
        for name in settings.parameters
        if find_record(final, name) is not None
    }
    space = _space(settings, final, data, objective)
    lines = TrialLines(count_trials(settings, space))

    def publish(
        records: Sequence[TrialRecord], confirmation: Sequence[Block] = ()
    ) -> None:
        lines.update(records)
        table = trials_markdown(
            records, settings.parameters, settings.objective
        )
        atomic.write_text(paths.table, table)
        page = render_search_page(records, settings, base_values, confirmation)
        atomic.write_text(paths.page, page)
        write_hparams(paths.tensorboard, records, settings.parameters)

    oracle = make_oracle(settings, space, paths.path)
    with contextlib.closing(oracle):
        lines.begin(read_trials(oracle))
        if address is not None:
            serve_chief(oracle, address, lease_seconds, publish)
        else:
            run_trials(oracle, settings, data, objective, paths, publish)
        records = tuple(read_trials(oracle))
    publish(records)
    ranked = completed_trials(records)
    if not ranked:
        reasons = sorted({record.reason for record in records})
        raise ValueError(
            "A search needs a trial that completes. Received: "
            f"{len(records)} trials in {paths.path}, none of which did: "
            f"{'; '.join(reasons)}. Correct that, and use another folder."
        )
    best = ranked[0]
    config = with_values(final, best.values)
    write_preset(paths.best, config, _origin(settings, best, len(ranked)))
    confirmation = None
    if num_seeds:
        confirmation = confirm(
            contenders(settings, config, final),
            roots,
            paths.confirmation,
            num_seeds,
            contender_notes(settings, config, final, data, objective),
        )
        publish(records, confirmation.blocks)
    return SearchResult(
        records,
        best,
        config,
        paths.table.read_text("utf-8"),
        confirmation,
        (paths.table, paths.page, paths.best, paths.tensorboard),
    )


def _space(
    settings: SearchSettings,
    final: Config,
    data: SearchData,
    objective: Objective,
) -> keras_tuner.HyperParameters:
    space = make_space(
        settings.parameters, settings.config, settings.tuner == "grid"
    )
    space.Fixed(DATA, data_digest(data))
    if clips := objective.development_clips:
        space.Fixed(DEVELOPMENT, development_digest(clips))
    space.Fixed(FINAL, json.dumps(write_settings(final)))
    return space


def _origin(
    settings: SearchSettings, best: TrialRecord, num_completed: int
) -> list[str]:
    return [
        f"Found by `keras-asd tune`: trial {best.name}, the best of "
        f"{num_completed} by {settings.objective}: {best.objective:.4f}.",
        "Train with it: keras-asd train DATA --config THIS_FILE --run RUN",
    ]
