"""What was tried on the training step of TASTgram-MFN.

Every variant trains the same network on the same batch in a process of its
own, and is compared by the processor time of its fastest step, which other
programs on the machine lengthen least.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Sequence

from benchmarks.measurement import print_report
from benchmarks.peak import flags
from pipelines.benchmarking.machine import describe_machine
from pipelines.evaluation.tables import Table

STEPS = 5
FUSED = "normalisations fused"
# The first one is what the others are compared with.
VARIANTS = (
    "as Keras has it",
    FUSED,
    f"{FUSED}, PReLU as max(x, 0) + slope min(x, 0)",
    f"{FUSED}, PReLU as where(x > 0, x, slope x)",
    f"{FUSED}, PReLU as y + slope (x - y), y = max(x, 0)",
    f"{FUSED}, oneDNN in bfloat16",
    f"{FUSED}, without oneDNN",
)


def main(words: Sequence[str] | None = None) -> int:
    """Measures all variants, prints and writes the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training_variants",
        description="Compares variants of the training step of TASTgram-MFN.",
    )
    parser.add_argument("--batch", type=int, default=16, help="clips of 10 s")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    if options.one:
        print(*_measure(options.one, options.batch))
        return 0
    lines: list[list[str]] = []
    for variant in VARIANTS:
        print(f"measuring {variant} ...", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "benchmarks.training_variants"]
        command += ["--one", variant, "--batch", str(options.batch)]
        answer = subprocess.run(
            command, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        seconds, loss = map(float, answer.split()[-2:])
        base = seconds if not lines else float(lines[0][1])
        ratio = f"{base / seconds:.2f}"
        lines.append([variant, f"{seconds:.2f}", ratio, f"{loss:.4f}"])
    header = ("training step", "processor s", "times as fast", "loss at last")
    heading = [*describe_machine(), f"Instructions: {', '.join(flags())}"]
    text = "\n".join(f"- {line}" for line in heading)
    print_report(f"{text}\n\n{Table(header, lines).markdown()}", options.out)
    return 0


def _measure(variant: str, batch: int) -> tuple[float, float]:
    """Processor seconds of the fastest step, and the loss of the last."""
    import os

    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if "without oneDNN" in variant:
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
    import keras
    import tensorflow as tf

    from benchmarks import accelerator_networks as networks
    from pipelines.training.fused_normalization import fuse_normalizations

    if "bfloat16" in variant:
        tf.config.optimizer.set_experimental_options(
            {"auto_mixed_precision_onednn_bfloat16": True}
        )
    _, separator, form = variant.partition("PReLU as ")
    if separator:
        keras.layers.PReLU.call = _PRELU[form.split("(")[0].split()[0]]
    keras.utils.set_random_seed(0)
    waveform = networks.noise(batch, 10)
    step = next(networks.tastgram(waveform, "float32", 1.0))
    classifier = step.classifier
    classifier.jit_compile = False
    if FUSED in variant:
        fuse_normalizations(classifier)
    seconds, loss = [], 0.0
    for _ in range(2 + STEPS):
        start = _processor_time()
        loss = float(step.run())
        seconds.append(_processor_time() - start)
    return min(seconds[2:]), loss


def _processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _by_extremes(layer, inputs):
    from keras import ops

    return ops.maximum(inputs, 0.0) + layer.alpha * ops.minimum(inputs, 0.0)


def _by_choice(layer, inputs):
    from keras import ops

    return ops.where(inputs > 0, inputs, layer.alpha * inputs)


def _by_difference(layer, inputs):
    from keras import ops

    positive = ops.relu(inputs)
    return positive + layer.alpha * (inputs - positive)


# By how their names begin above.
_PRELU: dict[str, Callable] = {
    "max": _by_extremes,
    "where": _by_choice,
    "y": _by_difference,
}


if __name__ == "__main__":
    sys.exit(main())
