"""Trials of the ranking study, each evaluated by every objective."""

import dataclasses
import json
import pathlib
import shutil
import time

import keras
import numpy as np

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic import generate
from pipelines.evaluation.judging import judge_clips
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import embed_clips
from pipelines.methods.scored_clip import ScoredClip
from pipelines.runs.checkpoints import read_history
from pipelines.runs.known_clips import choose_test_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.settings.config import Config
from pipelines.settings.presets import PRESETS
from pipelines.settings.reading import read_settings
from pipelines.settings.reading import write_settings
from pipelines.training.fitting import fit_classifier
from tuning.settings.ranges import RANGES
from tuning.settings.values import with_values
from tuning.trials.fitting import trial_detector
from tuning.trials.judging.proxy_objective import ProxyObjective
from tuning.trials.search_data import SearchData
from tuning.trials.search_data import prepare_search

PARAMETERS = ("margin", "scale", "mix_alpha", "learning_rate", "weight_decay")


@dataclasses.dataclass(frozen=True)
class Design:
    """What the study trains on and from where; fixed before it was run.

    Args:
        data: Settings of the built-in machines.
        config: What every trial starts from.
        parameters: What varies from trial to trial.
        seed: Of the values of the trials.

    >>> sorted(Design().values(3)) == sorted(PARAMETERS)
    True
    """

    data: SyntheticSettings = SyntheticSettings(
        num_train=80,
        num_train_target=4,
        num_test_normal=60,
        num_test_anomaly=60,
        seconds=2.0,
        seed=5,
    )
    config: Config = read_settings(
        {
            "embedder": {"front_end": {"num_mel_bins": 32}, "width": 0.25},
            "clip_seconds": 2.0,
            "holdout": 0.25,
            "epochs": 10,
        },
        PRESETS["reduced"],
    )
    parameters: tuple[str, ...] = PARAMETERS
    seed: int = 5

    def values(self, number: int) -> dict[str, float]:
        """Values of a trial, drawn from the ranges of the search."""
        rng = np.random.default_rng([self.seed, number])
        values = {}
        for name in self.parameters:
            low, high = RANGES[name].low, RANGES[name].high
            share = rng.uniform()
            values[name] = (
                low * (high / low) ** share
                if RANGES[name].sampling == "log"
                else low + share * (high - low)
            )
        return values

    @property
    def text(self) -> str:
        """Text of all fields, by which designs differ."""
        ranges = [dataclasses.asdict(RANGES[name]) for name in self.parameters]
        config = write_settings(self.config)
        parts = [{**dataclasses.asdict(self), "config": config}, ranges]
        return json.dumps(parts, indent=2, sort_keys=True) + "\n"


# Sizes to see that it works; the numbers mean nothing.
QUICK = Design(
    SyntheticSettings(
        machines=("fan",),
        num_ids=2,
        num_train=8,
        num_train_target=0,
        num_test_normal=2,
        num_test_anomaly=2,
        seconds=0.5,
    ),
    read_settings(
        {
            "embedder": {"front_end": {"num_mel_bins": 16}, "width": 0.125},
            "clip_seconds": 0.5,
            "epochs": 1,
            "batch_size": 8,
        },
        Design().config,
    ),
)


class Trials:
    """The trials of a study in a folder, which it goes on with.

    Args:
        folder: Where data, trainings and results lie.
        design: Of the study.

    Raises:
        ValueError: If the folder holds a study of another design.
    """

    def __init__(self, folder: pathlib.Path, design: Design):
        self.folder = folder
        self.design = design
        written = folder / "design.json"
        if written.exists() and written.read_text("utf-8") != design.text:
            raise ValueError(
                "A study goes on with the design it began with. Received: "
                f"folder={folder}, begun with another. Choose a new folder."
            )
        atomic.write_text(written, design.text)
        self.root = folder / "data"
        generate(self.root, design.data)
        self.data: SearchData = prepare_search(
            [str(self.root)], design.config, folder / "search"
        )
        self.objective = ProxyObjective(self.data)
        self._test: list[InspectedClip] = []

    def result(self, number: int) -> dict[str, float]:
        """Values and measures of a trial, run where they are not there yet.

        A trial that fails has no measures, but `failure`.
        """
        path = self.folder / "trials" / f"{number:02d}.json"
        if not path.exists():
            start = time.monotonic()
            values = self.design.values(number)
            try:
                measured = self._run(number, values)
            except ValueError as error:
                measured = {"failure": " ".join(str(error).split())}
            measured["seconds"] = time.monotonic() - start
            text = json.dumps({**values, **measured}, indent=2)
            atomic.write_text(path, text + "\n")
        return json.loads(path.read_text("utf-8"))

    def _run(self, number: int, values: dict[str, float]) -> dict:
        config = with_values(self.design.config, values)
        run = RunFolder(self.folder / "trials" / f"{number:02d}")
        keras.utils.clear_session()
        keras.utils.set_random_seed(config.seed)
        data = self.data
        classifier = fit_classifier(
            data.examples, data.listed, data.label_map, config, run, verbose=0
        )
        last = read_history(run)[-1]
        detector = trial_detector(classifier, data, config)
        measured = {
            **{
                name: float(last[name]) for name in ("val_loss", "val_accuracy")
            },
            **self.objective.measure(detector, config),
            "test_auc": self._test_auc(detector, config),
        }
        shutil.rmtree(run.path)
        return measured

    def _test_auc(self, detector: AnomalyDetector, config: Config) -> float:
        """Of machines and sections, on clips that nothing else sees."""
        if not self._test:
            self._test, _ = choose_test_clips(
                [str(self.root)], config, detector, trained_on=set()
            )
        embeddings = embed_clips(
            detector.embedder.predict_on_batch, self._test, config, "scoring"
        )
        scores = score_embeddings(detector, embeddings)[:, 0]
        scored = [
            ScoredClip(inspected.clip, score)
            for inspected, score in zip(
                self._test, scores.tolist(), strict=True
            )
        ]
        return judge_clips(scored).means["auc"].number
