"""Adoption of a network: judged without faults, against stand-ins for them."""

import dataclasses
import json
from collections.abc import Sequence

import numpy as np
import tqdm
from keras import ops
from numpy.typing import NDArray

from keras_asd.metrics.bootstrap import percentile_interval
from keras_asd.metrics.bootstrap import resample_counts
from keras_asd.models import AnomalyDetector
from pipelines.audio.inspected_clip import InspectedClip
from pipelines.datasets.faults.stand_ins import STAND_INS
from pipelines.evaluation.stand_in_windows import read_windows
from pipelines.methods.choice import choose_method
from pipelines.methods.embedding_files import read_embeddings
from pipelines.methods.embeddings import Embeddings
from pipelines.methods.fused import Fused
from pipelines.methods.method import Method
from pipelines.runs.artefacts import load_detector
from pipelines.runs.clip_list import ListedClip
from pipelines.runs.clip_list import normal_clips
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.run_folder import read_config

# Held-out clips that judge, together and at least of each section.
MOST_CLIPS, FEWEST_OF_SECTION = 320, 8
NUM_RESAMPLES = 1000
BATCH_SIZE = 256


@dataclasses.dataclass(frozen=True)
class Adoption:
    """Comparison of the detectors with and without the network.

    Args:
        without: AUC of the detector without training, in percent.
        with_network: AUC with the network, in percent.
        low: Lower end of the 95 % interval of the difference.
        high: Upper end.
        num_clips: Number of held-out clips that judged.

    >>> Adoption(84.1, 87.3, 1.0, 5.1, 240).is_adopted
    True
    """

    without: float
    with_network: float
    low: float
    high: float
    num_clips: int

    @property
    def is_adopted(self) -> bool:
        """Whether the network surely helps."""
        return self.low > 0

    def as_json(self) -> str:
        """The numbers as the text of a JSON file."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    def __str__(self) -> str:
        helps = "helps" if self.is_adopted else "does not surely help"
        return (
            f"the network {helps}: AUC against stand-ins for faults "
            f"{self.with_network:.1f} % with it, {self.without:.1f} % without "
            f"({self.with_network - self.without:+.1f} [{self.low:+.1f}, "
            f"{self.high:+.1f}], {self.num_clips} held-out clips)"
        )


def judge_network(
    run: RunFolder, listed: Sequence[ListedClip], trust: Sequence[str] = ()
) -> Adoption:
    """Compares the network's run with its part that needs no training.

    Both are fitted on the clips that the network was trained on, and judged on
    held-out ones: the clips themselves against each with a change of
    `STAND_INS`. Clips are drawn again within their section for the interval.

    Args:
        run: Finished run of a network beside a detector without training.
        listed: Clips of that run with their roles.
        trust: Packages whose classes may be imported.

    Raises:
        ValueError: If a held-out clip cannot be decoded any more.
    """
    fused = Fused(read_config(run))
    detector = load_detector(run, trust)
    normals = read_embeddings(run.embeddings)
    clips = normal_clips(listed)
    held_out = {entry.clip.path for entry in listed if entry.role == "held out"}
    is_held_out = np.array([one.clip.path in held_out for one in clips], bool)
    chosen = _choose(clips, is_held_out)
    rows = _with_stand_ins(normals, clips, chosen, detector, fused)
    is_fitted = np.zeros(len(rows.clips), bool)
    is_fitted[: len(normals.clips)] = ~is_held_out[normals.clips]
    scores = [
        _scores(method, detector, rows, is_fitted)
        for method in (choose_method(fused.beside), fused)
    ]
    keys = np.array([clips[index].clip.key for index in chosen])
    kinds = range(1 + len(STAND_INS))
    # Normal first, then each kind, (methods, kinds, clips).
    table = np.array(
        [
            [of_method[kind * len(clips) + chosen] for kind in kinds]
            for of_method in scores
        ]
    )
    return compare(table, keys)


def compare(scores: NDArray, keys: NDArray, seed: int = 0) -> Adoption:
    """Compares two methods by their mean AUC over sections and kinds.

    Args:
        scores: Scores without and with the network, `(2, 1 + kinds, clips)`:
            of normal clips, then of each kind of stand-in made of them.
        keys: Section of each clip, `(clips,)`.
        seed: Seed of the resamples.

    >>> scores = np.random.default_rng(0).normal(size=(2, 2, 40))
    >>> scores[1, 1] += 2
    >>> compare(scores, np.array(["fan/a", "fan/b"] * 20)).is_adopted
    True
    """
    counts = resample_counts(keys, NUM_RESAMPLES, seed)
    weights = np.concatenate([np.ones((1, len(keys))), counts])
    areas = np.zeros((2, len(weights)))
    names = np.unique(keys)
    for key in names:
        own = np.flatnonzero(keys == key)
        weight = weights[:, own]
        for index, of_method in enumerate(scores[:, :, own]):
            normal = of_method[0][None, :]
            for altered in of_method[1:]:
                wins = np.sign(altered[:, None] - normal) / 2 + 0.5
                mean = np.einsum("rf,fn,rn->r", weight, wins, weight)
                areas[index] += mean / weight.sum(axis=1) ** 2
    areas *= 100 / (len(names) * (scores.shape[1] - 1))
    low, high = percentile_interval(areas[1, 1:] - areas[0, 1:])
    without, with_network = areas[:, 0].tolist()
    return Adoption(without, with_network, low, high, len(keys))


def _choose(
    clips: Sequence[InspectedClip], is_held_out: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Held-out clips that judge: the first of each section, evenly many."""
    keys = np.array([one.clip.key for one in clips])
    names = np.unique(keys[is_held_out])
    most = max(MOST_CLIPS // max(len(names), 1), FEWEST_OF_SECTION)
    chosen = [
        np.flatnonzero(is_held_out & (keys == name))[:most] for name in names
    ]
    return np.sort(np.concatenate([np.zeros(0, int), *chosen]))


def _with_stand_ins(
    normals: Embeddings,
    clips: Sequence[InspectedClip],
    chosen: NDArray[np.int64],
    detector: AnomalyDetector,
    fused: Fused,
) -> Embeddings:
    """The normal clips, and behind them the stand-ins made of the chosen.

    Stand-ins of the `k`-th kind have the clip's index plus `k` times the
    number of clips.
    """
    measure = fused.measure_by(*detector.embedder.embedders)
    dim = detector.embedder.dims[0]
    parts = [normals]
    for index in tqdm.tqdm(chosen, desc="judging", unit="clip", disable=None):
        one = clips[index]
        windows = [read_windows(one, kind, fused.config) for kind in STAND_INS]
        kinds = np.repeat(1 + np.arange(len(windows)), len(windows[0]))
        vectors = measure(np.concatenate(windows))
        parts.append(
            Embeddings(
                vectors,
                np.full(len(kinds), one.clip.key),
                np.full(len(kinds), one.clip.domain == "target"),
                index + kinds * len(clips),
                statistics=vectors[:, dim:],
            )
        )
    names = ("vectors", "keys", "is_target", "clips", "statistics")
    return Embeddings(
        **{
            name: np.concatenate([part.arrays()[name] for part in parts])
            for name in names
        }
    )


def _scores(
    method: Method,
    detector: AnomalyDetector,
    rows: Embeddings,
    is_fitted: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Score of every clip by a scorer fitted on some rows, `(clips,)`."""
    moved = dataclasses.replace(
        rows, vectors=method.embed_again(rows, is_fitted)
    )
    scorer = method.fit_scorer(
        moved.select(is_fitted), detector.groups, detector.head
    )
    totals = np.zeros((int(rows.clips.max()) + 1, 2))
    for first in range(0, len(rows.clips), BATCH_SIZE):
        some = moved.select(slice(first, first + BATCH_SIZE))
        groups = [detector.groups[key][0] for key in some.keys.tolist()]
        scores = ops.convert_to_numpy(scorer(some.vectors))
        own = scores[np.arange(len(groups)), groups]
        values = np.column_stack([np.ones(len(groups)), own])
        np.add.at(totals, some.clips, values)
    totals[totals[:, 0] == 0] = np.nan
    return totals[:, 1] / totals[:, 0]
