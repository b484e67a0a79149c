"""One training: from listed clips to a detector, resumable at every epoch."""

import logging
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.detector_calibration import calibrated
from pipelines.calibration.promises import describe_sessions
from pipelines.calibration.promises import planned_clips
from pipelines.calibration.promises import warn_of_promises
from pipelines.methods.choice import choose_method
from pipelines.methods.embedding_files import write_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.embeddings import check_sections
from pipelines.runs.archives.keras_archive import save_model
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.records import write_environment
from pipelines.runs.records import write_labels
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.runs.run_manifest import write_run_manifest
from pipelines.settings.config import Config
from pipelines.training.assembly import make_detector
from pipelines.training.tasks import class_names
from pipelines.training.tasks import join_label_maps
from pipelines.training.tasks import list_tasks

logger = logging.getLogger(__name__)


def fit_run(
    roots: Sequence[str], config: Config, run: RunFolder, verify: bool = False
) -> AnomalyDetector:
    """Trains the detector of a run and publishes it, or goes on doing so.

    The run is held meanwhile.

    Args:
        roots: Absolute paths of the data folders.
        config: Settings.
        run: Folder of the run.
        verify: Whether all recordings of a run that goes on are read.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: As `programs.train.train`.

    >>> import pathlib
    >>> fit_run(["no_such"], Config(), RunFolder(pathlib.Path("runs/first")))
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    with atomic.FolderLock(run.lock):
        write_config(run, config, list(roots))
        if run.manifest.exists():
            logger.info("the run has ended already: %s", run.detector)
            return load_detector(run, config.foreign_packages)
        listed = prepare_clips(roots, config, run, verify)
        warn_of_promises(planned_clips(listed, config), config.false_alarm_rate)
        for line in describe_sessions(listed):
            logger.warning("%s", line)
        detector, embeddings = _fit(listed, config, run)
        return _publish(detector, embeddings, listed, config, run)


def _fit(
    listed: Sequence[ListedClip], config: Config, run: RunFolder
) -> tuple[AnomalyDetector, Embeddings]:
    """The detector without decisions, and embeddings of the normal clips."""
    write_environment(run)
    normals = normal_clips(listed)
    tasks = list_tasks(listed, config)
    label_map = join_label_maps([task.label_map for task in tasks])
    write_labels(run, label_map)
    method = choose_method(config)
    embedder, head = method.train(tasks, run)
    examples = [example for task in tasks for example in task.examples]
    embedder, head, embeddings = method.embed(
        embedder,
        head,
        normals,
        class_names(examples, normals),
        list(label_map.groups),
    )
    check_sections(embeddings, normals)
    write_embeddings(run.embeddings, embeddings)
    scorer = method.fit_scorer(embeddings, label_map.groups, head)
    detector = make_detector(config, label_map, embedder, head, scorer)
    return detector, embeddings


def _publish(
    detector: AnomalyDetector,
    embeddings: Embeddings,
    listed: Sequence[ListedClip],
    config: Config,
    run: RunFolder,
) -> AnomalyDetector:
    """The detector with its decisions, written whole."""
    detector, scores = calibrated(detector, embeddings, config, listed)
    facts = describe_calibration(
        scores, config.calibration, config.false_alarm_rate
    )
    keys = list(detector.keys)
    facts = bind_facts(facts, keys, detector.calibration)
    write_calibration(run.calibration, facts)
    save_model(run.detector, detector)
    write_run_manifest(run)
    return detector
