"""Calibrated systems on the built-in machines, of known anomalies."""

import dataclasses
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from pipelines.calibration.normal_scores import NormalScores
from pipelines.calibration.normal_scores import calibration_scores
from pipelines.datasets.synthetic import SyntheticSettings
from pipelines.datasets.synthetic.recording import Recording
from pipelines.methods.clip_scores import score_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fitted_scorers import fit_scorer
from pipelines.methods.statistics import fit_whitening
from pipelines.methods.statistics import mean_centres
from pipelines.methods.statistics import whiten
from pipelines.runs.labels import LabelMap
from pipelines.settings.config import Config
from pipelines.settings.labels import label
from pipelines.settings.presets import PRESETS
from pipelines.settings.reading import read_settings
from pipelines.settings.scorers import CentreAngle
from pipelines.settings.scorers import LocalDensity
from pipelines.training.assembly import make_classifier
from pipelines.training.assembly import make_detector
from pipelines.training.mixing import draw_mix
from pipelines.training.mixing import mixed_targets

SECONDS = 0.5
SMALL = {"clip_seconds": SECONDS, "holdout": 0.0, "keep": "last"}
TRAINING_FREE = dataclasses.replace(PRESETS["training_free"], **SMALL)
NETWORK = read_settings(
    {
        "embedder": {"front_end": {"num_mel_bins": 32}, "width": 0.25},
        "epochs": 10,
        **SMALL,
    },
    PRESETS["reduced"],
)
# For each machine: scores to calibrate with, and scores of fresh clips.
Cells = list[tuple[NormalScores, NDArray[np.float64]]]


@dataclasses.dataclass(frozen=True)
class Plan:
    """How many machines, and how many normal clips of each.

    Args:
        num_ids: Machines of each of the four kinds.
        num_fitted: Clips to fit on, where others calibrate.
        num_calibration: Clips to calibrate with.
        num_fresh: Clips to judge on.
        seed: Of the data.

    >>> Plan(num_ids=2).num_clips
    1700
    """

    num_ids: int = 5
    num_fitted: int = 200
    num_calibration: int = 500
    num_fresh: int = 1000
    seed: int = 0

    @property
    def num_clips(self) -> int:
        """Of each machine."""
        return self.num_fitted + self.num_calibration + self.num_fresh

    @property
    def settings(self) -> SyntheticSettings:
        """Of the built-in data."""
        return SyntheticSettings(
            num_ids=self.num_ids, seconds=SECONDS, seed=self.seed
        )

    def waveforms(self, first: int, size: int) -> Iterator[tuple[str, NDArray]]:
        """Each machine's name and its clips, `(size, samples)`."""
        for machine in self.settings.machines:
            for unit in range(self.num_ids):
                clips = [
                    Recording(
                        machine, unit, "train", "source", False, i, self.seed
                    ).waveform(self.settings)
                    for i in range(first, first + size)
                ]
                yield f"{machine}/id_{unit:02d}", np.array(clips, "float32")

    def embed(self, embed, first: int, size: int) -> Embeddings:
        """The clips from `first` on, embedded by a function of waveforms."""
        keys, vectors = [], []
        for key, clips in self.waveforms(first, size):
            keys += [key] * len(clips)
            for start in range(0, len(clips), 250):
                some = embed(clips[start : start + 250])
                vectors.append(ops.convert_to_numpy(some))
        rows = np.arange(len(keys))
        return Embeddings(
            np.concatenate(vectors), np.array(keys), rows < 0, rows
        )


def make_label_map(keys) -> LabelMap:
    names = sorted(set(keys))
    indices = {name: (index,) for index, name in enumerate(names)}
    return LabelMap(tuple(names), indices, indices)


def judge(detector, fresh: Embeddings, normals: dict[str, NormalScores]):
    """The cells of a detector."""
    scores = score_embeddings(detector, fresh)[:, 0]
    return [(normals[key], scores[fresh.keys == key]) for key in detector.keys]


def calibrate_apart(detector, clips: Embeddings) -> dict[str, NormalScores]:
    """Scores of clips that nothing was fitted on, as `calibrate` takes."""
    scores = score_embeddings(detector, clips)[:, 0]
    return {
        key: NormalScores(scores[clips.keys == key]) for key in detector.keys
    }


def judge_training_free(plan: Plan) -> Iterator[tuple[str, Cells]]:
    """Cells of the system without training, for each way to calibrate."""
    measure = TRAINING_FREE.embedder.build(TRAINING_FREE).statistics
    clips = plan.embed(measure, 0, plan.num_clips)
    position = np.arange(len(clips.keys)) % plan.num_clips
    ends = np.cumsum([plan.num_fitted, plan.num_calibration])
    fitted, calibration, fresh = (
        dataclasses.replace(some, clips=np.arange(len(some.keys)))
        for some in (
            clips.select(np.digitize(position, ends) == part)
            for part in range(3)
        )
    )
    embedder, detector, _ = _fit_detector(fitted)
    yield (
        "training-free, other clips",
        judge(
            detector,
            whiten(embedder, fresh),
            calibrate_apart(detector, whiten(embedder, calibration)),
        ),
    )
    embedder, detector, normals = _fit_detector(calibration)
    fresh = whiten(embedder, fresh)
    is_unseen = np.ones(len(normals.keys), bool)
    scores = calibration_scores(detector, normals, TRAINING_FREE, is_unseen)
    yield (
        "training-free, its own clips out of fold",
        judge(detector, fresh, scores),
    )


def _fit_detector(statistics: Embeddings):
    embedder = TRAINING_FREE.embedder.build(TRAINING_FREE)
    normals = fit_whitening(embedder, statistics)
    label_map = make_label_map(normals.keys)
    head = mean_centres(normals, normals.keys)
    scorer = fit_scorer(TRAINING_FREE, normals, label_map.groups)
    detector = make_detector(TRAINING_FREE, label_map, embedder, head, scorer)
    return embedder, detector, normals


def judge_network(plan: Plan, epochs: int) -> Iterator[tuple[str, Cells]]:
    """Cells of a small network, calibrated with clips seen and not seen."""
    size = plan.num_calibration // 2
    config = dataclasses.replace(NETWORK, epochs=epochs)
    classifier = _train(plan, size, config)
    embed = classifier.embedder.predict_on_batch
    seen = plan.embed(embed, 0, size)
    unseen = plan.embed(embed, size, size)
    fresh = plan.embed(embed, 2 * size, plan.num_fresh)
    both = Embeddings(
        np.concatenate([seen.vectors, unseen.vectors]),
        np.concatenate([seen.keys, unseen.keys]),
        np.zeros(2 * len(seen.keys), bool),
        np.arange(2 * len(seen.keys)),
    )
    is_held_out = both.clips >= len(seen.keys)
    label_map = make_label_map(seen.keys)
    embedder = config.embedder.build(config)
    embedder.set_weights(classifier.embedder.get_weights())
    for kind in (CentreAngle(), LocalDensity()):
        variant = dataclasses.replace(config, scorer=kind)
        name = label(kind)

        def fit(normals, variant=variant):
            scorer = fit_scorer(variant, normals, label_map.groups)
            return make_detector(
                variant, label_map, embedder, classifier.head, scorer
            )

        detector = fit(seen)
        # A run takes none of these: this is what they would promise.
        is_taken = np.ones(len(seen.keys), bool)
        scores = calibration_scores(detector, seen, variant, is_taken)
        yield (
            f"network, {name}, clips trained on",
            judge(detector, fresh, scores),
        )
        yield (
            f"network, {name}, other clips",
            judge(detector, fresh, calibrate_apart(detector, unseen)),
        )
        detector = fit(both)
        scores = calibration_scores(detector, both, variant, is_held_out)
        yield f"network, {name}, clips held out", judge(detector, fresh, scores)


def _train(plan: Plan, size: int, config: Config):
    keras.utils.set_random_seed(config.seed)
    parts = list(plan.waveforms(0, size))
    waveforms = np.concatenate([clips for _, clips in parts])
    classes = np.repeat(np.arange(len(parts)), size)

    def mix(step, batch):
        weight, partner = draw_mix(
            tf.shape(batch[0])[0], [config.seed, step], config.loss.mix_alpha
        )
        inputs = {
            "waveform": batch[0],
            "mix_weight": weight,
            "mix_partner": partner[None],
        }
        return inputs, mixed_targets(batch[1], weight, partner)

    data = tf.data.Dataset.from_tensor_slices(
        (waveforms, np.eye(len(parts), dtype="float32")[classes])
    )
    data = data.shuffle(len(classes), seed=config.seed).repeat(config.epochs)
    data = data.batch(config.batch_size, drop_remainder=True)
    classifier = make_classifier(config, len(parts))
    data = data.enumerate().map(mix).prefetch(2)
    classifier.fit(data, shuffle=False, verbose=2)
    return classifier
