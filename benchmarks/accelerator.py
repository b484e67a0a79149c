"""Speed on an accelerator: `python -m benchmarks.accelerator`.

Front-ends, training step and inference of both papers' networks, in float32
and in half precision, on TensorFlow or JAX (`KERAS_BACKEND`). Front-ends are
part of the model and run on the device, which is checked; recordings are
decoded on the host. What cannot be measured is listed with its reason.
"""

import argparse
import os
import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Sequence

from benchmarks.device_use import DeviceUse
from benchmarks.measurement import print_report
from benchmarks.measurement import rate

HEADER = ("measured", "precision", "clips/s", "device busy, %")
Row = tuple[str, str, str, str]


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints and writes a table, and what is not in it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accelerator",
        description="Measures both networks on this machine's accelerator.",
    )
    parser.add_argument("--batch", type=int, default=64, help="clips of 10 s")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument(
        "--torch_code",
        metavar="PATH",
        type=pathlib.Path,
        help="folder of the code published with Noisy-ArcMix; it is run",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="tiny sizes, to see that it works; the numbers mean nothing",
    )
    parser.add_argument("--out", metavar="FILE", help="Markdown file")
    options = parser.parse_args(words)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if options.quick:
        options.batch, options.repeats = 2, 1
    print_report(report(options), options.out)
    return 0


def report(options: argparse.Namespace) -> str:
    """All rows as Markdown, below the machine and above what is missing."""
    import keras

    from pipelines.benchmarking.machine import describe_machine
    from pipelines.evaluation.tables import Table

    missing: list[str] = []
    backend = keras.backend.backend()
    devices = keras.distribution.list_devices()
    accelerators = [name for name in devices if not name.startswith("cpu")]
    if not accelerators:
        missing.append(
            f"an accelerator: {backend} has found {', '.join(devices)} alone, "
            "and all rows are of the processor"
        )
    kind = accelerators[0].partition(":")[0] if accelerators else "cpu"
    rows = list(_network_rows(options, kind))
    rows += _decoding_rows(options, missing)
    rows += _torch_rows(options, missing)
    if not any(busy for *_, busy in rows):
        missing.append("how busy the device was: nvidia-smi gives nothing")
    if options.quick:
        missing.append(
            "speed: a few clips of 1 s and narrow networks only show that all "
            "of it runs"
        )
    heading = [*describe_machine(), f"Backend: {backend}, {', '.join(devices)}"]
    parts = [
        "# On an accelerator",
        "\n".join(f"- {line}" for line in heading),
        Table(HEADER, rows).markdown(),
    ]
    if missing:
        lines = "\n".join(f"- {line}" for line in missing)
        parts.append(f"Not measured:\n\n{lines}")
    return "\n\n".join(parts)


def _network_rows(options, kind: str) -> Iterator[Row]:
    """Front-ends, and each network in full and in half precision."""
    from benchmarks import accelerator_networks as networks

    waveform = networks.noise(options.batch, 1 if options.quick else 10)
    width = 0.125 if options.quick else 1.0
    for step in networks.front_ends(waveform):
        yield _measure(step, "float32", kind, options)
    policies = ["float32", "mixed_bfloat16"]
    # Processors have no fast arithmetic in float16.
    policies += ["mixed_float16"] * (kind == "gpu")
    for network in (networks.tastgram, networks.dual_branch):
        for policy in policies:
            for step in network(waveform, policy, width):
                yield _measure(step, policy, kind, options)


def _measure(step, precision, kind, options) -> Row:
    what = f"{step.title} in {precision}"
    print(f"measuring {what} ...", file=sys.stderr, flush=True)
    step.check_device(kind)
    with DeviceUse() as use:
        speed = rate(step.run, options.batch, options.repeats)
    return step.title, precision, f"{speed:,.1f}", use.mean()


def _decoding_rows(options, missing: list[str]) -> Iterator[Row]:
    """What the host reads and decodes in tf.data, without any network."""
    try:
        from benchmarks import decoding
    except ImportError as error:
        missing.append(f"decoding on the host with tf.data: {error}")
        return
    for row in decoding.measure(options.quick):
        if row.value is None:
            missing.append(f"{row.what}: {row.note}")
        else:
            yield f"{row.what}, on the host", "", f"{row.value:,.1f}", ""


def _torch_rows(options, missing: list[str]) -> Iterator[Row]:
    """The published network in PyTorch, from its waveform and log-Mel."""
    if options.torch_code is None:
        missing.append("PyTorch's published code: `--torch_code` names none")
        return
    try:
        from benchmarks.published_torch import load_published
        from benchmarks.published_torch import published_steps
    except ImportError as error:
        missing.append(f"PyTorch's published code: {error}")
        return
    network = load_published(options.torch_code)
    for title, precision, run in published_steps(network, options.batch):
        with DeviceUse() as use:
            speed = rate(run, options.batch, options.repeats)
        yield title, precision, f"{speed:,.1f}", use.mean()


if __name__ == "__main__":
    sys.exit(main())
