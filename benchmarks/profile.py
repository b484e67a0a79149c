"""Where the time of training and scoring goes: `python -m benchmarks.profile`.

TensorFlow's profiler times every operation of a training step and of scoring,
with one thread between operations, so that times add up to the whole. What
the operations compute and move is counted in the graph and held against the
processor's own peak, measured in the same run.
"""

import argparse
import collections
import os
import pathlib
import sys
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from benchmarks.measurement import print_report
from benchmarks.peak import copy_peak
from benchmarks.peak import flags
from benchmarks.peak import product_peak
from benchmarks.trace import costs
from benchmarks.trace import trace
from pipelines.benchmarking.machine import describe_machine
from pipelines.evaluation.tables import Table

REPEATS = 3
# Parts by a word in the name of an operation and one in its kind; the first
# row that fits counts.
PARTS = (
    ("Tgram", "tgram", ""),
    ("transform, log-Mel", "log_mel", ""),
    ("transform, log-Mel", "magnitude", ""),
    ("transform, log-Mel", "front_end", ""),
    ("transform, log-Mel", "", "FFT"),
    ("PReLU, ReLU", "rectifier", ""),
    ("PReLU, ReLU", "", "Relu"),
    ("batch normalisations", "norm", ""),
    ("depthwise convolutions", "", "Depthwise"),
    ("convolutions of the spectrum branch", "spectrum_", "Conv2D"),
    ("3 x 3 convolutions", "spectrogram_", "Conv2D"),
    ("1 x 1 convolutions, and the first one", "", "Conv2D"),
    ("PReLU, ReLU", "convolution_block", "Max"),
    ("PReLU, ReLU", "convolution_block", "Mul"),
    ("PReLU, ReLU", "widen", "M"),
    ("PReLU, ReLU", "filter", "M"),
    ("attention, pooling", "attention", ""),
    ("attention, pooling", "", "Pool"),
    ("dense layers, head", "", "MatMul"),
    ("optimiser", "adam", ""),
)
OTHER = "sums, loss, all else"
OUTSIDE = "Python, and between operations"
# Name, preset, and whether normalisations are fused, as `train` has them.
TRAININGS = (
    ("TASTgram-MFN as Keras has it", "tastgram_mfn_noisy_arcmix", False),
    ("TASTgram-MFN", "tastgram_mfn_noisy_arcmix", True),
    ("dual branch as Keras has it", "dual_branch_subcluster_adacos", False),
    ("dual branch", "dual_branch_subcluster_adacos", True),
)
Shares = dict[str, list[float]]


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes a table for each step."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profile",
        description="Says where the time of training and scoring goes.",
    )
    parser.add_argument("--batch", type=int, default=16, help="of a training")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny sizes, to see that it works; the numbers mean nothing",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tops = (
        product_peak(256 if options.quick else 2048),
        copy_peak(2**20 if options.quick else 2**28),
    )
    lines = [
        *describe_machine(),
        f"Instructions: {', '.join(flags())}",
        f"Peak: {tops[0]:.0f} GFLOP/s in a float32 matrix product, "
        f"{tops[1]:.1f} GB/s read and written by a copy",
    ]
    text = ["# Where the time goes", "\n".join(f"- {line}" for line in lines)]
    for title, step, graph in steps(options.batch, options.quick):
        print(f"measuring {title} ...", file=sys.stderr, flush=True)
        step()
        traces = [trace(step) for _ in range(1 if options.quick else REPEATS)]
        seconds, operations = min(traces, key=lambda pair: pair[0])
        shares = part_shares(seconds, operations, costs(graph))
        text += [f"## {title}: {1000 * seconds:.1f} ms", table(shares, tops)]
    print_report("\n\n".join(text), options.out)
    return 0


def part_shares(seconds: float, operations, graph_costs) -> Shares:
    """Seconds, multiplications and additions, and bytes of each part.

    What the operations leave of the whole is outside of them.

    >>> from benchmarks.trace import Cost
    >>> from benchmarks.trace import Operation
    >>> shares = part_shares(
    ...     3.0,
    ...     [Operation("widen/norm", "Mul", 2.0)],
    ...     [Cost("widen/norm", "Mul", 0, 4)],
    ... )
    >>> shares["batch normalisations"], shares[OUTSIDE]
    ([2.0, 0, 4], [1.0, 0, 0])
    """
    shares: Shares = collections.defaultdict(lambda: [0.0, 0, 0])
    for operation in operations:
        shares[part_of(*operation[:2])][0] += operation.seconds
    for cost in graph_costs:
        part = part_of(*cost[:2])
        if part in shares:
            shares[part][1] += cost.operations
            shares[part][2] += cost.num_bytes
    rest = seconds - sum(part[0] for part in shares.values())
    return {**shares, OUTSIDE: [rest, 0, 0]}


def part_of(name: str, kind: str) -> str:
    """The part of the network that an operation belongs to.

    >>> part_of("gradient_tape/classifier/bottleneck/widen/norm/Sum", "Sum")
    'batch normalisations'
    """
    for part, word, kind_word in PARTS:
        if word in name.lower() and kind_word in kind:
            return part
    return OTHER


def table(shares: Shares, tops: tuple[float, float]) -> str:
    """A row a part, the slowest first."""
    whole = sum(seconds for seconds, _, _ in shares.values())
    lines = []
    ordered = sorted(shares.items(), key=lambda pair: -pair[1][0])
    for part, (seconds, operations, num_bytes) in ordered:
        cells = [part, f"{1000 * seconds:.1f}", f"{seconds / whole:.0%}"]
        for amount, top in zip((operations, num_bytes), tops, strict=True):
            speed = 1e-9 * amount / max(seconds, 1e-9)
            is_told = amount > 0 and seconds > 0.001 * whole
            cells.append(f"{speed:.0f}" if is_told else "")
            cells.append(f"{speed / top:.0%}" if is_told else "")
        lines.append(cells)
    header = "part, ms, share, GFLOP/s, of the peak, GB/s, of a copy"
    return Table(header.split(", "), lines).markdown()


def steps(
    batch: int, is_quick: bool
) -> Iterator[tuple[str, Callable[[], object], Any]]:
    """Titles, what is measured, and a graph of the same computation."""
    for name, preset, is_fused in TRAININGS:
        count = 4 if is_quick else batch
        yield _training(name, preset, is_fused, count, is_quick)
    yield from _scoring(4 if is_quick else 32, is_quick)


def _training(name, preset, is_fused, batch, is_quick):
    import tensorflow as tf

    from benchmarks.training_batches import make_training
    from pipelines.training.fused_normalization import fuse_normalizations

    with tempfile.TemporaryDirectory() as folder:
        classifier, batches = make_training(
            preset, pathlib.Path(folder), batch, is_quick
        )
        pair = next(iter(batches))
    if is_fused:
        fuse_normalizations(classifier)
    step = tf.function(classifier.train_step, autograph=False)
    graph = step.get_concrete_function(pair).graph
    title = f"Training step, {name}, {batch} clips"
    return title, lambda: step(pair)["loss"].numpy(), graph


def _scoring(batch, is_quick):
    import keras
    import tensorflow as tf

    from benchmarks.forms import make_untrained
    from keras_asd.models import fold
    from pipelines.exporting.saved_model import write_saved_model

    folded = fold(make_untrained(is_quick))
    machine = list(folded.keys)[0]
    with tempfile.TemporaryDirectory() as folder:
        write_saved_model(folded, pathlib.Path(folder))
        serve = tf.saved_model.load(folder).signatures["serving_default"]
    for count in (batch, 1):
        waveform = tf.constant(
            keras.random.uniform((count, folded.samples), -0.5, 0.5)
        )
        plain = tf.function(folded.embedder, autograph=False)
        graph = plain.get_concrete_function(waveform).graph
        names = tf.fill((count,), machine)
        yield (
            f"Scoring, SavedModel of TASTgram-MFN, {count} clips",
            lambda clips=waveform, names=names: serve(
                waveform=clips, machine=names
            )["anomaly_score"].numpy(),
            graph,
        )


if __name__ == "__main__":
    sys.exit(main())
