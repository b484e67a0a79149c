"""Plan of the network that a run adds in a given time."""

import collections
import dataclasses
import json
import logging
import pathlib
import time
from collections.abc import Sequence

import keras

from pipelines import atomic
from pipelines.calibration.false_alarms import needed_clips
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.run_files import reading
from pipelines.settings.config import Config
from pipelines.settings.presets import choose_preset
from pipelines.settings.scorers import LocalDensity
from pipelines.settings.stages import FREE_SETTINGS
from pipelines.training.assembly import make_classifier
from pipelines.training.tasks import list_tasks
from pipelines.training.training_data import TrainingData

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A network that may be trained.

    Args:
        preset: Name of its preset.
        least_epochs: Epochs that must fit into the time.
        most_epochs: Epochs that are enough.
        factor: Time of a step, in steps of the candidate before it at least:
            where even that is too long, its speed is not measured.
    """

    preset: str
    least_epochs: int
    most_epochs: int
    factor: float = 1.0


# From small to large; the largest that fits is taken. The last two are the
# published systems at full size, for as many epochs as published.
CANDIDATES = (
    Candidate("dual_branch_study", 5, 40),
    Candidate("dual_branch_reduced", 10, 20, 1.5),
    Candidate("dual_branch_subcluster_adacos", 10, 10, 1.5),
    Candidate("tastgram_mfn_noisy_arcmix", 300, 300, 1.0),
)
# A published system needs data: clips times epochs that it must see.
LEAST_SEEN = 1_000_000
# Steps before the measured ones compile; a share of the time goes to judging.
NUM_FIRST_STEPS, NUM_STEPS = 2, 4
TRAINING_SHARE = 0.8


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is trained, written once: a run that goes on keeps to it.

    Args:
        preset: Name of the network's preset; empty where none is trained.
        epochs: Number of epochs.
        seconds: Expected time of the training in seconds.
        reason: Why no network is trained, or what was measured.

    >>> Plan("", 0, 0.0, "one machine alone").config(Config()) is None
    True
    """

    preset: str
    epochs: int
    seconds: float
    reason: str

    def config(self, config: Config) -> Config | None:
        """Settings of the network beside the detector without training.

        Args:
            config: Settings of that detector.
        """
        if not self.preset:
            return None
        return _network_config(self.preset, self.epochs, config)


def read_or_make_plan(
    path: pathlib.Path, listed: Sequence[ListedClip], config: Config
) -> Plan:
    """The plan of a run; made and written where there is none yet.

    Args:
        path: File of the plan.
        listed: Clips of the network with their roles.
        config: Settings of the detector without training.

    Raises:
        ValueError: If the file is damaged.
    """
    if path.exists():
        with reading(path, "The plan of a run"):
            return Plan(**json.loads(path.read_text(encoding="utf-8")))
    plan = make_plan(listed, config)
    text = json.dumps(dataclasses.asdict(plan), indent=2)
    atomic.write_text(path, text + "\n")
    return plan


def make_plan(listed: Sequence[ListedClip], config: Config) -> Plan:
    """Chooses the largest network that fits into the time.

    None is trained where its decisions could not keep their promise, which
    needs clips that it has not seen, or where a single machine leaves nothing
    to tell apart.

    >>> make_plan([], Config()).reason
    'a network tells machines apart, and there is one alone'
    """
    counts = collections.Counter(
        entry.clip.key
        for entry in listed
        if entry.role in ("train", "held out")
    )
    if len(counts) < 2:
        return _no_network(
            "a network tells machines apart, and there is one alone"
        )
    needed = 2 * needed_clips(config.false_alarm_rate)
    key, fewest = min(counts.items(), key=lambda item: item[::-1])
    if fewest < needed:
        return _no_network(
            f"{key} has {fewest} normal clips; a network needs {needed} of "
            f"each to keep its promise of {config.false_alarm_rate:.3g} false "
            "alarms"
        )
    best = _no_network("too little time for any network")
    budget = 60 * config.minutes * TRAINING_SHARE
    seconds = 0.0
    for candidate in CANDIDATES:
        steps = candidate.least_epochs * _steps(candidate, config, listed)
        seen = candidate.least_epochs * counts.total()
        if candidate.least_epochs > 100 and seen < LEAST_SEEN:
            continue
        if steps * seconds * candidate.factor > budget:
            break
        seconds = seconds_per_step(
            _network_config(candidate.preset, 1, config), listed
        )
        per_epoch = seconds * _steps(candidate, config, listed)
        epochs = min(int(budget / per_epoch), candidate.most_epochs)
        if epochs < candidate.least_epochs:
            if not best.preset:
                best = _no_network(
                    f"{candidate.least_epochs} epochs of {candidate.preset} "
                    f"would take {candidate.least_epochs * per_epoch / 60:.1f} "
                    f"minutes, at {seconds:.2f} s a step; raise --minutes"
                )
            break
        best = Plan(
            candidate.preset,
            epochs,
            round(epochs * per_epoch, 1),
            f"{seconds:.3f} s a step",
        )
    return best


def seconds_per_step(config: Config, listed: Sequence[ListedClip]) -> float:
    """Measures a few steps of training, after those that compile.

    Args:
        config: Settings of the network.
        listed: Clips of the network with their roles.
    """
    task = list_tasks(listed, config)[0]
    inspected = {
        entry.clip.path: entry.inspected for entry in listed if entry.inspected
    }
    examples = [each for each in task.examples if each.clip.path in inspected]
    data = TrainingData(
        examples,
        [inspected[each.clip.path] for each in examples],
        task.label_map,
        config,
    )
    keras.utils.set_random_seed(config.seed)
    classifier = make_classifier(config, len(task.label_map.classes))
    batches = data.batches().repeat()
    fit = {"epochs": 1, "shuffle": False, "verbose": 0}
    classifier.fit(batches, steps_per_epoch=NUM_FIRST_STEPS, **fit)
    start = time.perf_counter()
    classifier.fit(batches, steps_per_epoch=NUM_STEPS, **fit)
    return (time.perf_counter() - start) / NUM_STEPS


def _steps(
    candidate: Candidate, config: Config, listed: Sequence[ListedClip]
) -> int:
    num_clips = sum(entry.role == "train" for entry in listed)
    size = choose_preset(candidate.preset).batch_size
    return max(-(-num_clips // size), 1)


def _network_config(preset: str, epochs: int, config: Config) -> Config:
    shared = {name: getattr(config, name) for name in FREE_SETTINGS}
    return dataclasses.replace(
        choose_preset(preset),
        **shared,
        epochs=epochs,
        scorer=LocalDensity(),
        fusion="training_free_views",
        holdout=0.0,
        keep="last",
    )


def _no_network(reason: str) -> Plan:
    return Plan("", 0, 0.0, reason)
