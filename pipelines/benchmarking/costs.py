"""Costs of a method: time, memory, parameters and multiplications."""

import dataclasses
import json
import logging
import pathlib
import platform
import resource
import statistics
import sys
import time
from typing import Any

import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from pipelines import atomic
from pipelines.benchmarking.machine import count_cores
from pipelines.benchmarking.machine import processor_name
from pipelines.benchmarking.multiplications import count_multiplications
from pipelines.benchmarking.training_effort import count_attempts
from pipelines.benchmarking.training_effort import count_epochs
from pipelines.benchmarking.training_effort import count_trained_examples
from pipelines.benchmarking.training_effort import training_seconds
from pipelines.runs.run_folder import RunFolder
from pipelines.runs.stages import find_run

logger = logging.getLogger(__name__)

_BATCH_SIZE = 32
_REPEATS = 3
_FILE = "cell.json"


@dataclasses.dataclass(frozen=True)
class Costs:
    """Costs of one training and of the use of its detector.

    Args:
        training_seconds: Time from the data to the detector in seconds, over
            all attempts.
        num_epochs: Number of finished epochs, including pre-training.
        training_rate: Examples per second over the whole training, of all
            networks; 0 if nothing is trained.
        scoring_rate: Windows per second that the network embeds, in batches of
            32.
        window_seconds: Length of a window in seconds.
        num_parameters: Number of parameters of embedder and head, over all
            networks.
        num_multiplications: Multiply-adds of one window, over all networks;
            `None` if they cannot be counted.
        peak_bytes: Peak main memory of the process; `None` if the training took
            several processes.
        machine: Description of the machine.
        versions: Versions of the packages.

    >>> [field.name for field in dataclasses.fields(Costs)][0]
    'training_seconds'
    """

    training_seconds: float
    num_epochs: int
    training_rate: float
    scoring_rate: float
    window_seconds: float
    num_parameters: int
    num_multiplications: int | None
    peak_bytes: int | None
    machine: str
    versions: dict[str, Any]


def measure_costs(run: RunFolder, detector: AnomalyDetector) -> Costs:
    """Measures the costs of a finished run, ideally in its own process.

    Args:
        run: Folder of the run.
        detector: Trained detector of the run.

    Raises:
        FileNotFoundError: If the folder has no run.

    >>> measure_costs(RunFolder(pathlib.Path("no_such_run")), None)
    Traceback (most recent call last):
    FileNotFoundError: `run` must be the folder of a training run. ...
    """
    num_examples = count_trained_examples(run)
    embedder = detector.embedder
    seconds = training_seconds(run)
    # Before the batches below, which are larger than those of some trainings.
    peak = _peak_bytes() if count_attempts(run) < 2 else None
    return Costs(
        training_seconds=seconds,
        num_epochs=count_epochs(run),
        training_rate=num_examples / seconds if seconds else 0.0,
        scoring_rate=_scoring_rate(embedder),
        window_seconds=embedder.samples / embedder.sampling_rate,
        num_parameters=embedder.count_params() + detector.head.count_params(),
        num_multiplications=try_to_count(embedder),
        peak_bytes=peak,
        machine=_describe_machine(),
        versions=json.loads(
            find_run(run.path).environment.read_text(encoding="utf-8")
        ),
    )


def try_to_count(embedder: Any) -> int | None:
    """Multiply-adds of one window, `None` if they cannot be counted.

    Args:
        embedder: Embedder of a detector; in a joined one, each kind of network
            is counted once.

    >>> try_to_count(object()) is None
    True
    """
    networks = getattr(embedder, "embedders", [embedder])
    counts: dict[Any, int] = {}
    try:
        kinds = [
            (type(network), network.count_params()) for network in networks
        ]
        for kind, network in zip(kinds, networks, strict=True):
            if kind not in counts:
                counts[kind] = count_multiplications(network)
        return sum(counts[kind] for kind in kinds)
    except Exception as error:  # A training must not be lost for a count.
        logger.warning("multiplications are not counted: %r", error)
        return None


def write_costs(run: RunFolder, costs: Costs) -> None:
    """Writes costs beside the scores, atomically.

    >>> import tempfile
    >>> run = RunFolder(pathlib.Path(tempfile.mkdtemp()))
    >>> costs = Costs(9.5, 3, 100.0, 200.0, 2.0, 10, 20, 30, "here", {})
    >>> write_costs(run, costs)
    >>> read_costs(run) == costs
    True
    """
    text = json.dumps(dataclasses.asdict(costs), indent=2)
    atomic.write_text(run.path / _FILE, text + "\n")


def read_costs(run: RunFolder) -> Costs | None:
    """Reads costs written by `write_costs`, `None` if there are none.

    A file of another form, of an older version or edited, is ignored.

    >>> read_costs(RunFolder(pathlib.Path("no_such_run"))) is None
    True
    """
    path = run.path / _FILE
    if not path.exists():
        return None
    try:
        return Costs(**json.loads(path.read_text(encoding="utf-8")))
    except (TypeError, ValueError):
        logger.warning("costs are measured again: %s is not valid", path)
        return None


def _scoring_rate(embedder: Any) -> float:
    generator = np.random.default_rng(0)
    shape = (_BATCH_SIZE, embedder.samples)
    waveforms = 0.1 * generator.standard_normal(shape).astype("float32")
    embedder.predict_on_batch(waveforms)
    seconds = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        embedder.predict_on_batch(waveforms)
        seconds.append(time.perf_counter() - start)
    return _BATCH_SIZE / statistics.median(seconds)


def _peak_bytes() -> int:
    """Peak memory; Linux's `ru_maxrss` would include the parent's."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def _describe_machine() -> str:
    words = [platform.node(), processor_name(), f"{count_cores()} cores"]
    words += [
        tf.config.experimental.get_device_details(device).get(
            "device_name", "GPU"
        )
        for device in tf.config.list_physical_devices("GPU")
    ]
    return ", ".join(words)
