"""Forms of a detector for inference: folded, frozen, exported."""

import pathlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.form_makers import FILES
from benchmarks.form_makers import MAKERS
from benchmarks.form_makers import Subject
from benchmarks.judged_run import JudgedRun
from pipelines.settings.embedders import MobileFaceNet

NUM_CLASSES = 41


def make_untrained(is_quick: bool) -> Any:
    """Makes the default detector without training, or a tiny one."""
    from pipelines.runs.labels import LabelMap
    from pipelines.settings.config import Config
    from pipelines.training.assembly import make_detector

    config = Config()
    if is_quick:
        config = Config(embedder=MobileFaceNet(width=0.25), clip_seconds=1.0)
    classes = tuple(f"fan/id_{index:02}" for index in range(NUM_CLASSES))
    keys = {name: (index,) for index, name in enumerate(classes)}
    return make_detector(config, LabelMap(classes, keys))


class Forms:
    """Makes forms of the same detector, and times them.

    Args:
        threads: TensorFlow's, in and between operations.
        folder: Where exported files are, and are left for other processes.
        batch: Number of clips of a batch.
        is_quick: Whether all is tiny.
        run: Folder of a finished run, on whose test clips forms are judged.
    """

    def __init__(
        self,
        threads: tuple[int, int],
        folder: pathlib.Path,
        batch: int,
        is_quick: bool,
        run: str | None = None,
    ):
        import keras
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads[0])
        tf.config.threading.set_inter_op_parallelism_threads(threads[1])
        keras.utils.set_random_seed(0)
        self.folder = folder
        self.detector = make_untrained(is_quick)
        draw = np.random.default_rng(0).uniform
        _draw_weights(self.detector.embedder, draw)
        self.waveform = draw(-0.5, 0.5, (batch, self.detector.samples))
        self.waveform = self.waveform.astype("float32")
        self.key = np.arange(batch, dtype="int32") % NUM_CLASSES
        self.expected = np.asarray(
            self.detector.predict_on_batch(self._inputs(batch))["anomaly_score"]
        )
        self.subject = Subject(self.detector, folder, self.waveform)
        self.judged = JudgedRun(run, folder / "judged") if run else None
        self.forms: dict[str, Callable] = {}

    def _inputs(self, batch):
        return {"waveform": self.waveform[:batch], "key": self.key[:batch]}

    def make(self, name: str) -> dict[str, float | None] | str:
        """Makes a form.

        Returns:
            The largest error of a score (`worst`), its `bytes`, and its mean
            `auc` on the judged run, if any; or the reason why there is none.
        """
        try:
            self.forms[name] = MAKERS[name](self.subject)
            scores = self.forms[name](**self._inputs(len(self.key)))
            auc = None
            if self.judged is not None:
                auc = self.judged.mean_auc(MAKERS[name](self.judged.subject))
        except (ImportError, ValueError) as error:
            return str(error)
        error = np.abs(scores - self.expected)
        worst = np.max(error / np.maximum(1.0, np.abs(self.expected)))
        return {"worst": float(worst), "bytes": self._bytes(name), "auc": auc}

    def _bytes(self, name: str) -> float | None:
        if name not in FILES:
            return None
        paths = self.folder.glob(FILES[name])
        return sum(path.stat().st_size for path in paths if path.is_file())

    def time(self, question: tuple[str, int]) -> tuple[float, float]:
        """Seconds that the named form takes for a batch of that size.

        Returns:
            Seconds by the clock, and of all cores together.
        """
        name, batch = question
        inputs = self._inputs(batch)
        start, used = time.perf_counter(), time.process_time()
        self.forms[name](**inputs)
        return time.perf_counter() - start, time.process_time() - used


def _draw_weights(embedder, draw) -> None:
    """Moves what a fresh network has at zero, one and a quarter."""
    bounds = {
        "alpha": (-0.1, 0.6),
        "moving_mean": (-0.2, 0.2),
        "moving_variance": (0.5, 1.5),
    }
    for weight in embedder.weights:
        if weight.name in bounds:
            weight.assign(draw(*bounds[weight.name], weight.shape))
