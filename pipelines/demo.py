"""The whole way on the built-in data."""

import dataclasses
import logging
import pathlib

from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.report import Report
from pipelines.programs.evaluate import evaluate
from pipelines.programs.export import export
from pipelines.programs.train import train
from pipelines.scoring.batch_scoring import score_clips
from pipelines.scoring.clip_scorer import load_scorer
from pipelines.settings.presets import choose_preset

logger = logging.getLogger(__name__)

SETTINGS = SyntheticSettings(num_train=100, num_train_target=5, seconds=4.0)


def demo(run_path: str, target: str) -> Report:
    """Generates machines, trains, evaluates, exports and scores a clip.

    Args:
        run_path: Folder of the run; the recordings lie beside it.
        target: Folder of the exported model.

    Returns:
        The `Report` with all files that were made.
    """
    data = pathlib.Path(f"{run_path}_data")
    logger.info("1/5 generating recordings of made-up machines in %s", data)
    clips = generate(data, SETTINGS)
    logger.info("2/5 training on the normal ones")
    train([str(data)], choose_preset("reduced"), run_path)
    logger.info("3/5 judging the test clips")
    report = evaluate(run_path, [str(data)])
    logger.info("4/5 exporting a SavedModel")
    version = export(run_path, target)
    clip = next(path for path in clips if "anomaly" in path.name)
    scorer = load_scorer(str(version))
    for scored in score_clips(scorer, [str(clip)]):
        logger.info("5/5 scored through the SavedModel: %s", scored)
    files = (*report.files, version)
    return dataclasses.replace(report, files=files)
