"""Adaptive scale of AdaCos in training, with and without mixup.

A program of its own, `python -m benchmarks.adaptive_scale`: a small network
learns 20 separable classes, whose centres are fixed, by every loss, scale
and probability of mixup, and a table shows where each ended.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

import keras
import numpy as np

from keras_asd.layers import SubclusterCosine
from keras_asd.losses import AdaCos
from keras_asd.losses import SubclusterAdaCos
from keras_asd.losses.subcluster_adacos import SCALES
from keras_asd.models import Classifier
from pipelines.evaluation.tables import Table

NUM_CLASSES, SAMPLES, EMBEDDING_DIM, BATCH = 20, 64, 128, 64
STEPS_AT_ONCE = 50
MIX_PROBABILITIES = (0.0, 0.5, 1.0)
HEADER = (
    "loss",
    "scale",
    "mixup",
    "scale at the start",
    "at the end",
    "loss at the end",
    "own-class cosine",
    "finite",
)


@dataclasses.dataclass(frozen=True)
class Row:
    """A training and where it ended.

    Args:
        loss: Name of its class.
        mode: How the scale moves.
        mix_probability: Share of the clips that were mixed.
        first_scale: Scale before the first step.
        last_scale: Scale after the last.
        last_loss: Mean over fresh clips, mixed as in training.
        own_cosine: Mean cosine of fresh clips, not mixed, to the nearest
            centre of their class.
        is_finite: Whether the scale, the weights and every loss were.

    >>> row = Row("AdaCos", "fixed", 0.5, 4.16, 4.16, 0.2, 0.95, True)
    >>> " | ".join(row.cells)
    'AdaCos | fixed | 0.5 | 4.16 | 4.16 | 0.2 | 0.95 | yes'
    """

    loss: str
    mode: str
    mix_probability: float
    first_scale: float
    last_scale: float
    last_loss: float
    own_cosine: float
    is_finite: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """As text, in the order of the header."""
        return (
            self.loss,
            self.mode,
            f"{self.mix_probability:g}",
            *(
                f"{number:.3g}"
                for number in (
                    self.first_scale,
                    self.last_scale,
                    self.last_loss,
                    self.own_cosine,
                )
            ),
            "yes" if self.is_finite else "no",
        )


def draw_clips(num_steps: int, mix_probability: float, seed: int):
    """Batches of clips in a row, as `Classifier` takes them, and targets.

    Each is mixed, or not, with its partner in the reversed batch; the weight
    is uniform.
    """
    generator = np.random.default_rng(seed)
    num_clips = num_steps * BATCH
    middles = np.random.default_rng(0).normal(size=(NUM_CLASSES, SAMPLES))
    classes = generator.integers(0, NUM_CLASSES, num_clips)
    noise = generator.normal(scale=0.5, size=(num_clips, SAMPLES))
    weight = generator.uniform(size=(num_clips, 1))
    weight[generator.uniform(size=num_clips) >= mix_probability] = 1.0
    one_hot = np.eye(NUM_CLASSES)[classes]

    def turn(rows):
        batches = rows.reshape(num_steps, BATCH, -1)[:, ::-1]
        return batches.reshape(rows.shape)

    targets = weight * one_hot + (1.0 - weight) * turn(one_hot)
    inputs = {
        "waveform": (middles[classes] + noise).astype("float32"),
        "mix_weight": weight[:, 0].astype("float32"),
    }
    inputs["partner_waveform"] = turn(inputs["waveform"])
    return inputs, targets.astype("float32")


def measure_row(loss, mix_probability: float, num_steps: int) -> Row:
    """Trains with a loss from the same fresh weights as any other."""
    keras.utils.set_random_seed(0)
    embedder = keras.Sequential(
        [
            keras.Input((SAMPLES,)),
            keras.layers.Dense(EMBEDDING_DIM, activation="relu"),
            keras.layers.Dense(EMBEDDING_DIM, activation="relu"),
            keras.layers.Dense(EMBEDDING_DIM),
        ]
    )
    embedder.embedding_dim = EMBEDDING_DIM
    head = SubclusterCosine(NUM_CLASSES, loss.num_subclusters)
    classifier = Classifier(embedder, head, mix_position="waveform")
    classifier.compile(
        "adam", loss, steps_per_execution=min(num_steps, STEPS_AT_ONCE)
    )
    first_scale = float(loss.scale)
    options = {"batch_size": BATCH, "verbose": 0}
    clips = draw_clips(num_steps, mix_probability, seed=1)
    history = classifier.fit(*clips, shuffle=False, **options).history
    fresh = draw_clips(10, mix_probability, seed=2)
    last = classifier.evaluate(*fresh, return_dict=True, **options)
    plain, one_hot = draw_clips(10, 0.0, seed=2)
    nearest = classifier.predict(plain, **options).max(axis=-1)
    numbers = [*history["loss"], last["loss"], float(loss.scale)]
    weights = classifier.get_weights()
    return Row(
        loss=type(loss).__name__,
        mode=loss.mode,
        mix_probability=mix_probability,
        first_scale=first_scale,
        last_scale=float(loss.scale),
        last_loss=last["loss"],
        own_cosine=float(np.mean(nearest[one_hot == 1.0])),
        is_finite=all(np.isfinite(value).all() for value in numbers + weights),
    )


def main(words: Sequence[str] | None = None) -> None:
    """Trains with every loss and scale, and prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.adaptive_scale",
        description="Trains with every scale of AdaCos, and prints the end.",
    )
    parser.add_argument(
        "--steps", type=int, default=2000, help="of each training"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="two steps and no mixup, to see that it works; the numbers "
        "mean nothing",
    )
    options = parser.parse_args(words)
    num_steps = 2 if options.quick else options.steps
    probabilities = (0.0,) if options.quick else MIX_PROBABILITIES
    rows = []
    for make_loss in (AdaCos, SubclusterAdaCos):
        for mode in SCALES:
            for mix_probability in probabilities:
                loss = make_loss(NUM_CLASSES, scale=mode)
                row = measure_row(loss, mix_probability, num_steps)
                print(*row.cells, file=sys.stderr, flush=True)
                rows.append(row.cells)
    print(Table(HEADER, rows).markdown())


if __name__ == "__main__":
    sys.exit(main())
