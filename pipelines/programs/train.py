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
from pipelines.methods.embeddings import write_embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.fused import fuse
from pipelines.methods.network_embeddings import embed_by_networks
from pipelines.methods.networks import list_examples
from pipelines.methods.networks import train_networks
from pipelines.methods.statistics import mean_centres
from pipelines.methods.statistics import measure_statistics
from pipelines.methods.statistics import whiten
from pipelines.methods.statistics import whiten_embedder
from pipelines.runs.archives.keras_archive import load_model
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.preparation import prepare_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import write_config
from pipelines.runs.run_folder import write_environment
from pipelines.runs.run_folder import write_labels
from pipelines.settings.config import Config
from pipelines.settings.regimes import recommend
from pipelines.training.assembly import make_detector
from pipelines.training.network_parts import join_label_maps
from pipelines.training.network_parts import part_clips

logger = logging.getLogger(__name__)


def train(
    roots: Sequence[str],
    config: Config,
    run_path: str,
) -> AnomalyDetector:
    """Trains a detector on the normal clips of the data folders.

    Called again with the same arguments after a kill, it goes on from the
    last finished epoch and ends where the unbroken run would have.

    Args:
        roots: Data folders, of any layout `read_clips` knows.
        config: Settings.
        run_path: Folder of the run; see `RunFolder` for what it will hold.

    Returns:
        The trained `AnomalyDetector`, also in `detector.keras` of the run.

    Raises:
        FileNotFoundError: If a folder is missing or has no recordings.
        ValueError: If too few clips are left, the run was begun with other
            settings, its loss is one for pre-training, or it diverges.

    >>> config = Config(clip_seconds=4.0, epochs=15)
    >>> train(["no_such_recordings"], config, "runs/first")
    Traceback (most recent call last):
    FileNotFoundError: `root` must be a folder of recordings, or a CSV. ...
    """
    if config.loss == "supervised_contrastive":
        raise ValueError(
            "`loss` must tell classes apart. Received: loss=supervised_"
            "contrastive, which comes first, by `pretraining=contrastive`, "
            "and leaves no class centres to score by."
        )
    roots = [os.path.abspath(root) for root in roots]
    run = RunFolder(pathlib.Path(os.path.abspath(run_path)))
    write_config(run, config, roots)
    if run.detector.exists():
        logger.info("the run has ended already: %s", run.detector)
        return load_model(run.detector)
    listed = prepare_clips(roots, config, run)
    write_environment(run)
    normals = normal_clips(listed)
    if advice := recommend([normal.clip for normal in normals], config):
        logger.info(advice)
    parts = part_clips(listed, config)
    tasks = [list_examples(clips, config) for clips in parts.values()]
    label_map = join_label_maps([own for _, own in tasks])
    write_labels(run, label_map)
    statistics = None
    if config.is_trained:
        embedder, head = train_networks(parts, config, run)
        if config.fusion == "none":
            embeddings = embed_by_networks(
                embedder, label_map.groups, normals, config
            )
        else:
            embedder, head, embeddings = fuse(embedder, head, normals, config)
    else:
        examples, _ = tasks[0]
        statistics = measure_statistics(normals, config)
        write_embeddings(run.statistics, statistics)
        embedder = whiten_embedder(statistics, config)
        embeddings = whiten(embedder, statistics)
        names = [example.class_name for example in examples[: len(normals)]]
        head = mean_centres(embeddings, names)
    lost = {one.clip.key for one in normals} - set(embeddings.keys.tolist())
    if lost:
        raise ValueError(
            "Every section must have a normal clip that can be decoded. "
            f"Received: none any more of {', '.join(sorted(lost))}. Bring "
            "the recordings back; the same command goes on."
        )
    write_embeddings(run.embeddings, embeddings)
    scorer = fit_scorer(config, embeddings, label_map.groups, head)
    detector = make_detector(config, label_map, embedder, head, scorer)
    detector, scores = calibrated(
        detector, embeddings, config, listed, statistics
    )
    facts = describe_calibration(
        scores, config.calibration, config.false_alarm_rate
    )
    keys = list(detector.keys)
    facts = bind_facts(facts, keys, detector.calibration)
    write_calibration(run.calibration, facts)
    warn_of_optimism(calibration_sources(facts, keys, detector.calibration))
    with atomic.replacing(run.detector) as temporary:
        detector.save(temporary)
    return detector
