"""Scorers on features of real clips: `python -m benchmarks.scorers FILE`."""

import argparse
import pathlib
import re
import sys
from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keras_asd.metrics import percentile_interval
from keras_asd.metrics import resample_counts
from keras_asd.metrics import roc_curves
from keras_asd.metrics import standardized_area
from keras_asd.scorers import Centroids
from keras_asd.scorers import GaussianMixture
from keras_asd.scorers import LocalDensity
from keras_asd.scorers import Mahalanobis
from keras_asd.scorers import MinimumOverDomains
from keras_asd.scorers import NearestNeighbors
from keras_asd.scorers import Scorer
from pipelines.evaluation.tables import Table

DEFAULT = "LocalDensity(16), whitened"
SCORERS: dict[str, Callable[[], Scorer]] = {
    "NearestNeighbors(1), standardized": lambda: NearestNeighbors(
        space="standardized"
    ),
    "NearestNeighbors(1), whitened": lambda: NearestNeighbors(space="whitened"),
    "Centroids(16), standardized": lambda: Centroids(space="standardized"),
    "Centroids(16), whitened": lambda: Centroids(space="whitened"),
    "GaussianMixture(2), standardized": lambda: GaussianMixture(
        space="standardized"
    ),
    "Mahalanobis(shared), standardized": lambda: Mahalanobis(
        space="standardized"
    ),
    "Mahalanobis(domain), standardized": lambda: Mahalanobis(
        "domain", space="standardized"
    ),
    "MinimumOverDomains(NearestNeighbors), standardized": lambda: (
        MinimumOverDomains(NearestNeighbors(space="standardized"))
    ),
    "LocalDensity(16), standardized": lambda: LocalDensity(
        space="standardized"
    ),
    DEFAULT: lambda: LocalDensity(),
}
MEASURES = {"AUC": 1.0, "pAUC": 0.1}
NAME = re.compile(r"(.+)_(-?\d+dB)_id_(\d+)_(normal|abnormal)")
NOTES = f"""
The shipped default is `LocalDensity(num_neighbors=16, space="whitened")`, \
the row {DEFAULT}: the same for every machine, fixed on the 6 dB and 0 dB \
sets before -6 dB was looked at.

For each id as many normal clips as there are anomalies are held out and the \
others fitted on; numbers are means over the splits, in brackets the 95 % \
interval of a bootstrap of the id's clips through all splits together. A \
machine's number is the mean over its ids. pAUC is standardised, at \
false-positive rates up to 0.1. The clips have no domains: what treats \
domains apart equals its plain form. `CentreAngle` needs trained classes.
"""


class Set(NamedTuple):
    """The clips of one machine's id at one signal-to-noise ratio."""

    machine: str
    snr: str
    unit: str
    normals: NDArray[np.float32]
    anomalies: NDArray[np.float32]


def read_sets(path: pathlib.Path, snrs: Sequence[str] | None) -> list[Set]:
    """The sets of a file, of the ratios asked for, in the order of names.

    Raises:
        ValueError: If there is none, or one has too few normal clips.
    """
    found = {}
    with np.load(path) as arrays:
        for name in sorted(arrays.files):
            match = NAME.fullmatch(name)
            if match and (snrs is None or match[2] in snrs):
                found.setdefault(match.groups()[:3], {})[match[4]] = arrays[
                    name
                ]
    sets = [
        Set(*key, both["normal"], both["abnormal"])
        for key, both in found.items()
        if len(both) == 2
    ]
    if not sets:
        raise ValueError(
            "The file must hold arrays `<machine>_<snr>_id_<id>_normal` and "
            f"`..._abnormal`. Received: {path}, snrs={snrs}."
        )
    for one in sets:
        if len(one.normals) <= len(one.anomalies):
            raise ValueError(
                "There must be more normal clips than anomalies. Received: "
                f"{len(one.normals)} of {one.machine} id_{one.unit} at "
                f"{one.snr}, {len(one.anomalies)} anomalies."
            )
    return sets


def judge(
    make: Callable[[], Scorer], clips: Set, num_splits: int, num_resamples: int
) -> dict[str, NDArray[np.float64]]:
    """Each measure's mean over the splits: as it is, then resampled."""
    size = len(clips.normals)
    is_anomaly = np.arange(size + len(clips.anomalies)) >= size
    # The same clips are drawn in every split, and for every scorer.
    drawn = resample_counts(is_anomaly, num_resamples, seed=int(clips.unit))
    counts = np.concatenate([np.ones_like(drawn[:1]), drawn])
    total = {measure: np.zeros(len(counts)) for measure in MEASURES}
    for split in range(num_splits):
        order = np.random.default_rng(split).permutation(size)
        held_out = np.sort(order[: len(clips.anomalies)])
        train = np.delete(clips.normals, held_out, axis=0)
        judged = np.concatenate([held_out, np.flatnonzero(is_anomaly)])
        rows = np.concatenate([clips.normals[held_out], clips.anomalies])
        scores = np.array(make().fit(train)(rows))[:, 0]
        curves = roc_curves(is_anomaly[judged], scores, counts[:, judged])
        for measure, max_fpr in MEASURES.items():
            area = standardized_area(*curves, max_fpr=max_fpr)
            total[measure] += area / num_splits
    return total


def table(
    measure: str,
    results: dict[str, dict[tuple[str, str], dict[str, NDArray]]],
) -> str:
    """One row a scorer, one column a machine and one each of its ids."""
    keys = list(next(iter(results.values())))
    columns: dict[str, list[tuple[str, str]]] = {}
    for machine in dict.fromkeys(machine for machine, _ in keys):
        own = [key for key in keys if key[0] == machine]
        columns[machine] = own
        columns |= {f"{machine} id_{key[1]}": [key] for key in own}
    rows = []
    for scorer, of_sets in results.items():
        cells = [f"{scorer} (default)" if scorer == DEFAULT else scorer]
        for members in columns.values():
            values = np.mean([of_sets[key][measure] for key in members], axis=0)
            low, high = percentile_interval(values[1:])
            cells.append(f"{values[0]:.3f} [{low:.3f}, {high:.3f}]")
        rows.append(cells)
    return Table(["scorer", *columns], rows).markdown()


def main(words: Sequence[str] | None = None) -> int:
    """Judges every scorer on every set, prints and writes the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scorers",
        description="Judges every scorer on features of real clips.",
    )
    parser.add_argument(
        "features",
        type=pathlib.Path,
        help="NumPy archive of arrays <machine>_<snr>_id_<id>_<normal or "
        "abnormal>, one row a clip",
    )
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument(
        "--resamples", type=int, default=500, help="of the bootstrap"
    )
    parser.add_argument(
        "--snrs",
        nargs="+",
        metavar="SNR",
        help="some of the signal-to-noise ratios, such as 6dB; one that "
        "begins with a minus: --snrs=-6dB",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    try:
        sets = read_sets(options.features, options.snrs)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    parts = ["# Scorers", NOTES.strip()]
    for snr in dict.fromkeys(one.snr for one in sets):
        results: dict[str, dict] = {name: {} for name in SCORERS}
        for one in (one for one in sets if one.snr == snr):
            where = f"{one.machine} id_{one.unit} at {snr}"
            print(f"judging {where} ...", file=sys.stderr, flush=True)
            for name, make in SCORERS.items():
                results[name][one.machine, one.unit] = judge(
                    make, one, options.splits, options.resamples
                )
        for measure in MEASURES:
            parts += [f"## {measure} at {snr}", table(measure, results)]
    text = "\n\n".join(parts)
    print(text)
    if options.out:
        pathlib.Path(options.out).write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
