"""Evaluation: test clips scored, judged and told of."""

import dataclasses
import logging
import pathlib
from collections.abc import Sequence

import numpy as np

from keras_asd.metrics import number_names
from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.evaluation.baseline import baseline_scores
from pipelines.evaluation.decided import write_decided
from pipelines.evaluation.report import Report
from pipelines.evaluation.report import write_report
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import out_of_fold_scores
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.methods.scored_clip import ScoredClip
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_lock import holding_run
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.scorer_choice import choose_scorers

logger = logging.getLogger(__name__)

BASELINE = "nearest neighbour"


def evaluate(
    run_path: str, roots: Sequence[str], trust: Sequence[str] = ()
) -> Report:
    """Scores the test clips of the data folders and writes the report.

    Args:
        run_path: Folder of a finished training run; the report goes there.
        roots: Data folders.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        The `Report`, with `metrics.json` and all else in the run's folder.

    Raises:
        FileNotFoundError: If there is no such run, or no recording.
        ValueError: If no test clip is left that the run knows.

    >>> evaluate("no_such_run", ["recordings"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    reports = evaluate_scorers(run_path, roots, trust=trust)
    return next(iter(reports.values()))


@holding_run
def evaluate_scorers(
    run_path: str,
    roots: Sequence[str],
    scorers: Sequence[str] = (),
    year: int | None = None,
    submission: str | None = None,
    trust: Sequence[str] = (),
) -> dict[str, Report]:
    """As `evaluate`, with other scorers than the run's own.

    Args:
        run_path: Folder of a finished training run.
        roots: Data folders.
        scorers: Scorers to fit on the run's embeddings of normal clips, as
            labels such as `LocalDensity(space=raw)`, or `all`; the report of
            each goes to `scorers/<label>` in the run's folder. None: the
            run's own, as `evaluate`.
        year: Whose official rules judge; those that suit the clips if
            `None`.
        submission: Folder for the files that this year's official evaluator
            takes, one folder a scorer in it; it must not be there yet. None
            are written if `None`.
        trust: Packages of classes of your own, where the run has any.

    Returns:
        A `Report` for each scorer, by its label.

    Raises:
        FileNotFoundError: As `evaluate`.
        FileExistsError: If `submission` is there already.
        ValueError: As `evaluate`, and for a scorer that is not known or no
            year of the challenge.

    >>> evaluate_scorers("no_such_run", ["recordings"], ["all"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    run = RunFolder(pathlib.Path(run_path))
    config = read_config(run)
    chosen = choose_scorers(scorers, config)
    if year is not None:
        number_names(year)  # Refuses what is no year of the challenge.
    if submission is not None and pathlib.Path(submission).exists():
        raise FileExistsError(
            "The folder of a submission must not be there yet, since the "
            f"evaluator reads whatever lies there. Received: {submission}."
        )
    detector = load_detector(run, trust)
    listed = read_clip_list(run.clips)
    normals = normal_clips(listed)
    left_out = [
        (entry.clip, entry.reason)
        for entry in listed
        if entry.reason and entry.clip.split == "train"
    ]
    trained_on = {normal.clip.path.resolve() for normal in normals}
    inspected, refused = choose_test_clips(roots, config, detector, trained_on)
    left_out += refused
    test = embed_by_networks(
        detector.embedder, detector.groups, inspected, config, "scoring"
    )
    tested = {one.clip.key for one in inspected}
    baseline = baseline_scores(
        inspected, [one for one in normals if one.clip.key in tested], config
    )
    reports = {}
    decided = {}
    named = chosen or [config.scorer]
    # As they were asked for, without what they take over from the run.
    is_by_name = chosen and "all" not in scorers
    names = scorers if is_by_name else [label(scorer) for scorer in named]
    for name, scorer in zip(names, named, strict=True):
        own = dataclasses.replace(config, scorer=scorer)
        folder = run.path
        if chosen:
            folder = run.path / "scorers" / name
            try:
                detector = _refit(detector, own, run)
            except ValueError as error:
                if "all" not in scorers:
                    raise
                logger.warning("left out: %s: %s", name, error)
                continue
        scored = _scored_clips(detector, test, inspected, baseline)
        is_scored = {one.clip.path for one in scored}
        lost = [
            (one.clip, "it broke during the evaluation, or has no score")
            for one in inspected
            if one.clip.path not in is_scored
        ]
        reports[name] = write_report(
            folder,
            scored,
            baseline_name=None if baseline is None else BASELINE,
            left_out=[(clip.path, why) for clip, why in [*left_out, *lost]],
            title=f"Anomalous sounds: {run.path.name}, {name}",
            year=year,
        )
        if submission is not None:
            normal = read_embeddings(run.embeddings)
            unseen = out_of_fold_scores(detector, normal, own)
            decided[name] = (year, scored, normal, unseen)
    if submission is not None:
        with atomic.replacing(submission) as temporary:
            for name, parts in decided.items():
                write_decided(temporary / name, *parts)
    return reports


def _refit(
    detector: AnomalyDetector, config: Config, run: RunFolder
) -> AnomalyDetector:
    normals = read_embeddings(run.embeddings)
    scorer = choose_method(config).fit_scorer(
        normals, detector.groups, detector.head
    )
    return detector.with_parts(scorer=scorer)


def _scored_clips(
    detector: AnomalyDetector,
    test: Embeddings,
    inspected: Sequence[InspectedClip],
    baseline: np.ndarray | None,
) -> list[ScoredClip]:
    found = score_embeddings(detector, test)
    return [
        ScoredClip(
            inspected[place].clip,
            float(found[place, 0]),
            None if found[place, 1] < 0 else float(found[place, 1]),
            None if baseline is None else float(baseline[place]),
        )
        for place in np.unique(test.clips).tolist()
        if np.isfinite(found[place]).all()
        and (baseline is None or np.isfinite(baseline[place]))
    ]
