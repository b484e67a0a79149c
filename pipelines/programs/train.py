"""Training: from data folders to a detector, resumable at every epoch."""

import logging
import os
import pathlib
from collections.abc import Sequence

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.calibration.calibration_fitting import describe_calibration
from pipelines.calibration.calibration_fitting import write_calibration
from pipelines.calibration.calibration_sources import bind_facts
from pipelines.calibration.calibration_sources import calibration_sources
from pipelines.calibration.calibration_sources import warn_of_optimism
from pipelines.calibration.detector_calibration import calibrated
from pipelines.files.disk import explaining_full_disk
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
from pipelines.settings.labels import label
from pipelines.settings.regimes import recommend
from pipelines.training.assembly import make_detector
from pipelines.training.tasks import class_names
from pipelines.training.tasks import join_label_maps
from pipelines.training.tasks import list_tasks

logger = logging.getLogger(__name__)


def train(
    roots: Sequence[str],
    config: Config,
    run_path: str,
    verify: bool = False,
) -> AnomalyDetector:
    """Trains a detector on the normal clips of the data folders.

    Called again with the same arguments after a kill, it goes on from the
    last finished epoch and ends where the unbroken run would have.

    Args:
        roots: Data folders, of any layout `read_clips` knows.
        config: Settings.
        run_path: Folder of the run; see `RunFolder` for what it will hold.
        verify: Whether a run that goes on reads all recordings to find those
            that have changed, and not only those of another size or time.

    Returns:
        The trained `AnomalyDetector`, also in `detector.keras` of the run.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If too few clips are left, the run was begun with other
            settings or is worked in by another process, its loss is one for
            pre-training, or it diverges.

    >>> config = Config(clip_seconds=4.0, epochs=15)
    >>> train(["no_such_recordings"], config, "runs/first")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    if config.loss.comes_before:
        raise ValueError(
            "`loss` must tell classes apart. Received: "
            f"loss={label(config.loss)}, which comes first, by "
            "`pretraining=Contrastive`, and leaves no class centres to score "
            "by."
        )
    if config.foreign_packages:
        # What cannot be made is refused before the run is bound to it.
        config.embedder.build(config)
        config.loss.build(num_classes=2)
        config.scorer.build(config)
    roots = [os.path.abspath(root) for root in roots]
    run = RunFolder(pathlib.Path(os.path.abspath(run_path)))
    with explaining_full_disk(run.path), atomic.FolderLock(run.lock):
        write_config(run, config, roots)
        if run.manifest.exists():
            logger.info("the run has ended already: %s", run.detector)
            return load_detector(run, config.foreign_packages)
        listed = prepare_clips(roots, config, run, verify)
        detector, embeddings = _fit(listed, config, run)
        return _publish(detector, embeddings, listed, config, run)


def _fit(
    listed: Sequence[ListedClip], config: Config, run: RunFolder
) -> tuple[AnomalyDetector, Embeddings]:
    """The detector without decisions, and embeddings of the normal clips."""
    write_environment(run)
    normals = normal_clips(listed)
    if advice := recommend([normal.clip for normal in normals], config):
        logger.info(advice)
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
    warn_of_optimism(calibration_sources(facts, keys, detector.calibration))
    save_model(run.detector, detector)
    write_run_manifest(run)
    return detector
