"""Forms of a detector for inference: folded, frozen, exported."""

import functools
import pathlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

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
    """

    def __init__(
        self,
        threads: tuple[int, int],
        folder: pathlib.Path,
        batch: int,
        is_quick: bool,
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
        self.forms: dict[str, Callable] = {}

    def _inputs(self, batch):
        return {"waveform": self.waveform[:batch], "key": self.key[:batch]}

    def make(self, name: str) -> float | str:
        """Makes a form and gives the largest error of a score, or a reason."""
        try:
            self.forms[name] = MAKERS[name](self)
            scores = self.forms[name](**self._inputs(len(self.key)))
        except (ImportError, ValueError) as error:
            return str(error)
        error = np.abs(scores - self.expected)
        return float(np.max(error / np.maximum(1.0, np.abs(self.expected))))

    def time(self, question: tuple[str, int]) -> float:
        """Seconds that the named form takes for a batch of that size."""
        name, batch = question
        inputs = self._inputs(batch)
        start = time.perf_counter()
        self.forms[name](**inputs)
        return time.perf_counter() - start


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


def _plain(forms: Forms) -> Callable:
    return _as_form(_function(forms.detector))


def _folded(forms: Forms) -> Callable:
    from keras_asd.models import fold

    return _as_form(_function(fold(forms.detector)))


def _frozen(forms: Forms) -> Callable:
    from keras_asd.models import fold

    return _freeze(fold(forms.detector))


def _clip_by_clip(forms: Forms) -> Callable:
    from keras_asd.models import fold
    from pipelines.exporting.windows_one_by_one import one_by_one

    return _freeze(one_by_one(fold(forms.detector)))


def _freeze(detector) -> Callable:
    from pipelines.exporting.frozen_function import freeze

    function = _function(detector)
    return _as_form(freeze(function.python_function, *function.input_signature))


def _saved_model(forms: Forms) -> Callable:
    import tensorflow as tf

    from keras_asd.models import fold
    from pipelines.exporting.saved_model import write_saved_model
    from pipelines.exporting.windows_one_by_one import one_by_one

    path = forms.folder / "saved_model"
    if not path.exists():
        write_saved_model(one_by_one(fold(forms.detector)), path)
    loaded = tf.saved_model.load(path)
    machines = np.array([name.encode() for name in forms.detector.keys])

    def score(waveform, key):
        # Not kept by itself: it lives no longer than what it came with.
        serve = loaded.signatures["serving_default"]
        machine = tf.constant(machines[key])
        outputs = serve(waveform=tf.constant(waveform), machine=machine)
        return outputs["anomaly_score"].numpy()

    return score


def _portable(name: str, forms: Forms) -> Callable:
    from keras_asd.models import fold
    from pipelines.exporting.export_form import load_forms

    [form] = load_forms([name])
    run = form.write_and_open(
        forms.folder, fold(forms.detector), list(forms.waveform)
    )
    return lambda waveform, key: run(waveform, key)["anomaly_score"]


def _function(detector) -> Any:
    import tensorflow as tf

    from pipelines.exporting.saved_model import OUTPUTS

    def serve(waveform, key):
        outputs = detector({"waveform": waveform, "key": key})
        return {name: outputs[name] for name in OUTPUTS}

    signature = [
        tf.TensorSpec([None, None], tf.float32, name="waveform"),
        tf.TensorSpec([None], tf.int32, name="key"),
    ]
    return tf.function(
        serve, input_signature=signature, autograph=False, jit_compile=False
    )


def _as_form(function) -> Callable:
    return lambda waveform, key: function(waveform, key)[
        "anomaly_score"
    ].numpy()


MAKERS: dict[str, Callable[[Forms], Callable]] = {
    "un-folded": _plain,
    "folded": _folded,
    "folded, frozen": _frozen,
    "folded, frozen, one by one": _clip_by_clip,
    "SavedModel": _saved_model,
    "ONNX Runtime": functools.partial(_portable, "onnx"),
    "LiteRT": functools.partial(_portable, "litert"),
    "LiteRT, int8": functools.partial(_portable, "litert_int8"),
}
