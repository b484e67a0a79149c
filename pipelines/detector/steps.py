"""Steps of the Python door that take more than one program."""

import contextlib
import logging
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

from pipelines.datasets.recording_folder import find_recordings
from pipelines.detector.paths import Path
from pipelines.detector.paths import Paths
from pipelines.detector.paths import list_paths
from pipelines.files.names import LineFormatter
from pipelines.programs.train import train
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.stages import find_run
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import ClipScorer
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.scoring.model_folder import find_model
from pipelines.scoring.model_folder import named_form
from pipelines.scoring.scores import Scores
from pipelines.scoring.scoring_settings import ScoringSettings
from pipelines.scoring.tally import Tally
from pipelines.settings.config import Config


@contextlib.contextmanager
def showing_log() -> Iterator[None]:
    """Prints the log of training where nobody has set up logging.

    What was understood of the recordings is in it.
    """
    if logging.getLogger().handlers:
        yield
        return
    ours = logging.getLogger("pipelines")
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(message)s"))
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(level)


@showing_log()
def train_run(
    roots: Sequence[str], config: Config, run: str, verify: bool
) -> Config:
    """Trains a run, and returns the settings of the detector in use.

    Args:
        roots: Data folders.
        config: Settings.
        run: Folder of the run.
        verify: Whether a run that goes on reads all recordings.
    """
    train(roots, config, run, verify)
    return read_config(find_run(run))


def open_folder(
    path: Path, trust: Sequence[str]
) -> tuple[pathlib.Path, ClipScorer, Config | None]:
    """Opens a run or an exported model.

    Returns:
        Folder of the run, or of the version of an export, what scores, and the
        run's settings; `None` of an exported model.
    """
    model = os.fspath(path)
    folder = find_model(model)
    # What is looked at is its version; what scores is the form itself.
    scorer = load_scorer(model if named_form(model) else str(folder), trust)
    run = RunFolder(folder)
    if not run.config.exists():
        return folder, scorer, None
    # The run itself: feedback changes the version that is used.
    return pathlib.Path(path), scorer, read_config(run)


def score_paths(
    scorer: ClipScorer,
    paths: Paths,
    machine: str | None,
    window: float | None,
    hop: float | None,
    false_alarm_rate: float | None,
) -> Scores:
    """Scores recordings and folders; of a single machine, all as that one."""
    keys = scorer.machines
    sections = [key for key in keys if "/" in key] or list(keys)
    if machine is None and len(sections) == 1:
        machine = sections[0]
    settings = ScoringSettings(machine, window, hop, false_alarm_rate)
    recordings = find_recordings(list_paths(paths))
    return Scores(Tally().count(score_clips(scorer, recordings, settings)))
