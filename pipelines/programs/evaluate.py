"""Evaluation: test clips scored, judged and told of."""

import dataclasses
import logging
import pathlib
from collections.abc import Sequence

import numpy as np
from keras import ops

from keras_asd.metrics import number_names
from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.evaluation.alarms import alarms_of
from pipelines.evaluation.baseline import baseline_scores
from pipelines.evaluation.decided import check_target
from pipelines.evaluation.decided import write_submissions
from pipelines.methods.choice import choose_method
from pipelines.methods.clip_scores import out_of_fold_scores
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.methods.scored_clip import ScoredClip
from pipelines.pictures.usual_sound import usual_sound_of_run
from pipelines.report.model_facts import model_facts
from pipelines.report.report import Report
from pipelines.report.report import write_report
from pipelines.report.sounds import check_audio
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_lock import holding_run
from pipelines.runs.stages import find_run
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
    audio: str = "alarms",
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
            takes, one folder a scorer in it; it must not be there yet, but
            with the same content. None are written if `None`.
        trust: Packages of classes of your own, where the run has any.
        audio: Of which clips the page has sounds: `"none"`, `"alarms"` or
            `"all"`.

    Returns:
        A `Report` for each scorer, by its label.

    Raises:
        FileNotFoundError: As `evaluate`.
        FileExistsError: If `submission` is there already, with other content.
        ValueError: As `evaluate`, and for a scorer that is not known or no
            year of the challenge.

    >>> evaluate_scorers("no_such_run", ["recordings"], ["all"])
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    check_audio(audio)
    run = find_run(run_path)
    config = read_config(run)
    chosen = choose_scorers(scorers, config)
    if year is not None:
        number_names(year)  # Refuses what is no year of the challenge.
    named = chosen or [config.scorer]
    # As they were asked for, without what they take over from the run.
    is_by_name = chosen and "all" not in scorers
    names = scorers if is_by_name else [label(scorer) for scorer in named]
    target = None if submission is None else pathlib.Path(submission)
    if target is not None:
        check_target(target, names)
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
    usual = usual_sound_of_run(
        listed,
        detector.sampling_rate,
        config.recording_channel,
        detector.groups,
        sorted(tested),
    )
    reports = {}
    decided = {}
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
        alarms = alarms_of(detector, scored)
        reports[name] = write_report(
            folder,
            scored,
            baseline_name=None if baseline is None else BASELINE,
            left_out=[(clip.path, why) for clip, why in [*left_out, *lost]],
            model=f"{pathlib.Path(run_path).name}, {name}",
            year=year,
            alarms=alarms,
            facts=model_facts(detector, config.recording_channel, None, usual),
            audio=audio,
        )
        if target is not None:
            normal = read_embeddings(run.embeddings)
            unseen = out_of_fold_scores(detector, normal, own)
            decided[name] = (year, scored, normal, unseen)
    if target is not None:
        write_submissions(target, decided)
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
    indices = [list(detector.keys).index(one.clip.key) for one in inspected]
    decided = detector.calibration(
        found[:, 0].astype("float32"), np.array(indices[: len(found)], "int32")
    )
    decisions = ops.convert_to_numpy(decided["decision"])
    p_values = ops.convert_to_numpy(decided["p_value"])
    has_angle = (found[:, 1] >= 0) & detector.reads_head
    return [
        ScoredClip(
            inspected[place].clip,
            float(found[place, 0]),
            float(found[place, 1]) if has_angle[place] else None,
            None if baseline is None else float(baseline[place]),
            None if decisions[place] < 0 else bool(decisions[place]),
            float(p_values[place]) if np.isfinite(p_values[place]) else None,
        )
        for place in np.unique(test.clips).tolist()
        if np.isfinite(found[place]).all()
        and (baseline is None or np.isfinite(baseline[place]))
    ]
