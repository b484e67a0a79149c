"""Versions of a run: folders like the run's own, made whole or not at all."""

import dataclasses
import shutil
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import read_calibration
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.normal_scores import NormalScores
from pipelines.feedback.stored_clips import StoredClips
from pipelines.feedback.stored_clips import join_clips
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embedding_files import write_embeddings
from pipelines.runs.archives.keras_archive import save_model
from pipelines.runs.clip_list import read_clip_list
from pipelines.runs.clip_list import write_clip_list
from pipelines.runs.feedback_journal import Journal
from pipelines.runs.feedback_journal import version_folder
from pipelines.runs.records import read_labels
from pipelines.runs.records import write_labels
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config
from pipelines.runs.run_manifest import verify_run
from pipelines.runs.run_manifest import write_run_manifest


def write_version(
    run: RunFolder,
    journal: Journal,
    detector: AnomalyDetector,
    parts: Sequence[StoredClips],
    scores: Mapping[str, NormalScores],
    restored: Collection[str] = (),
) -> Journal:
    """Writes the next version of a run; returns the journal that uses it.

    It is used once that journal is written. What a killed process left of the
    same number is replaced.

    Args:
        run: Run as it was trained.
        journal: Its journal, with the entry that the version is made for.
        detector: Detector of the version.
        parts: Clips of all entries that make it, as they are kept.
        scores: Normal scores of the keys that were calibrated anew.
        restored: Keys that are calibrated as the run was trained.

    >>> import pathlib
    >>> write_version(RunFolder(pathlib.Path("no_such")), Journal(), None, [],
    ...     {})
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    number = journal.next_version
    folder = version_folder(run, number).path
    config = read_config(run)
    if folder.exists():
        shutil.rmtree(folder)
    with atomic.replacing(folder) as temporary:
        temporary.mkdir()
        version = RunFolder(temporary)
        shutil.copyfile(run.config, version.config)
        shutil.copyfile(run.environment, version.environment)
        labels = dataclasses.replace(
            read_labels(run),
            keys={key: tuple(of) for key, of in detector.keys.items()},
            groups={key: tuple(of) for key, of in detector.groups.items()},
        )
        write_labels(version, labels)
        listed = read_clip_list(run.clips)
        listed += [one for part in parts for one in part.listed]
        write_clip_list(version.clips, listed)
        normals = read_embeddings(run.embeddings)
        write_embeddings(version.embeddings, join_clips(normals, parts))
        save_model(version.detector, detector)
        # Those of this version and before: of keys that stay as they were.
        current = version_folder(run, journal.current)
        facts = describe_calibration(
            scores, config.calibration, detector.calibration.false_alarm_rate
        )
        facts = bind_facts(facts, list(detector.keys), detector.calibration)
        known = read_calibration(current.calibration)["keys"]
        trained = read_calibration(run.calibration)["keys"]
        again = {key: trained[key] for key in restored if key in trained}
        facts["keys"] = {**known, **again, **facts["keys"]}
        write_calibration(version.calibration, facts)
        write_run_manifest(version)
    versions = {**journal.versions, number: journal.behind}
    return dataclasses.replace(journal, versions=versions, current=number)


def version_of(run: RunFolder, journal: Journal) -> int | None:
    """The newest whole version that the entries in force have made.

    Args:
        run: Run as it was trained.
        journal: Its journal.

    Returns:
        Number of the version, 0 for the run itself; `None` if there is none.

    >>> import pathlib
    >>> version_of(RunFolder(pathlib.Path("no_such_run")), Journal())
    0
    """
    if not journal.behind:
        return 0
    for number in sorted(journal.versions, reverse=True):
        if journal.versions[number] == journal.behind:
            try:
                verify_run(version_folder(run, number))
            except ValueError:
                continue
            return number
    return None
