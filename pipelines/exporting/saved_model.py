"""SavedModel of a detector: from waveforms or WAV bytes to decisions."""

import os
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from keras_asd.models import AnomalyDetector
from keras_asd.problems import PROBLEMS
from pipelines.exporting.export_form import ExportForm
from pipelines.exporting.export_form import Runner
from pipelines.exporting.frozen_function import freeze
from pipelines.exporting.graph_wav_decoder import decode_wav_bytes
from pipelines.exporting.request_limits import check_recordings
from pipelines.exporting.request_limits import check_rows
from pipelines.exporting.request_limits import check_waveforms
from pipelines.exporting.request_limits import run_in_bounds
from pipelines.exporting.windows_one_by_one import NUM_PARALLEL
from pipelines.exporting.windows_one_by_one import one_by_one

OUTPUTS = "anomaly_score p_value decision valid problem embedding".split()


def write_saved_model(
    detector: AnomalyDetector,
    folder: pathlib.Path,
    recording_channel: int | str = "mean",
) -> None:
    """Writes a detector as a SavedModel of core TensorFlow operations.

    Signatures, each for batches of at least one row and any length of clip:

    - `serving_default(waveform, machine)`: float32 `(batch, samples)` in
      [-1, 1] at the detector's sampling rate, and strings `(batch,)`;
    - `decide(waveform, machine, false_alarm_rate)`: with the requested
      false-alarm rate, float32 `(batch,)`;
    - `score_wav(wav_bytes, machine)`: 16-bit PCM recordings, as bytes
      `(batch,)`, which may be of different lengths;
    - `embed(waveform)`: `embedding` alone.

    The others give `anomaly_score`, `p_value`, `decision`, `valid`,
    `problem` and `embedding`: see `AnomalyDetector`; `problem` is text, empty
    where there is none. A row never depends on the others. A batch without a
    row or of more than `MAX_CLIPS`, several clips of more than
    `MAX_REQUEST_SECONDS` together, inputs of unequal numbers of rows, and
    clips of no samples or of more than `MAX_SECONDS` are refused with
    `InvalidArgumentError`. Memory stays that of one clip of `MAX_SECONDS`,
    beside the request itself.

    Args:
        detector: Detector on the TensorFlow backend.
        folder: Folder to write, which is made.
        recording_channel: Channel of `wav_bytes`, `"mean"` or an index.

    >>> from pipelines.settings.embedders import MobileFaceNet
    >>> import tempfile
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.config import Config
    >>> from pipelines.runs.labels import LabelMap
    >>> config = Config(MobileFaceNet(width=0.25), clip_seconds=1.0)
    >>> label_map = LabelMap(("fan/a", "fan/b"), {"fan": (0, 1)})
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> write_saved_model(make_detector(config, label_map), folder)
    >>> model = tf.saved_model.load(folder)
    >>> sorted(model.signatures)
    ['decide', 'embed', 'score_wav', 'serving_default']
    """
    served = _Served(detector, recording_channel)
    waveform = tf.TensorSpec([None, None], tf.float32, name="waveform")
    machine = tf.TensorSpec([None], tf.string, name="machine")
    rate = tf.TensorSpec([None], tf.float32, name="false_alarm_rate")
    wav_bytes = tf.TensorSpec([None], tf.string, name="wav_bytes")
    module = tf.Module()
    signatures = {}
    for name, function, inputs in (
        ("serving_default", served.score, [waveform, machine]),
        ("decide", served.score, [waveform, machine, rate]),
        ("score_wav", served.score_wav, [wav_bytes, machine]),
        ("embed", served.embed, [waveform]),
    ):
        signatures[name] = tf.function(
            function, input_signature=inputs, autograph=False
        )
        setattr(module, name, signatures[name])
    tf.saved_model.save(module, folder, signatures)


class _Served:
    """The signatures, which share one frozen function."""

    def __init__(self, detector, recording_channel):
        if detector.sampling_rate is None:
            raise ValueError(
                "`detector` must know its sampling rate. Received: "
                f"sampling_rate=None, embedder={detector.embedder.name}. "
                "Make it with `AnomalyDetector(..., sampling_rate=16_000)`."
            )
        self.sampling_rate = detector.sampling_rate
        self.sizes = detector.samples, detector.sampling_rate
        self.embedding_dim = detector.embedding_dim
        self.false_alarm_rate = detector.calibration.false_alarm_rate
        self.recording_channel = recording_channel
        self.machines = [os.fsencode(key) for key in detector.keys]

        def run(waveform, key, false_alarm_rate):
            outputs = detector(
                {
                    "waveform": waveform,
                    "key": key,
                    "false_alarm_rate": false_alarm_rate,
                }
            )
            return {name: outputs[name] for name in OUTPUTS}

        self.run = freeze(
            run,
            tf.TensorSpec([None, None], tf.float32),
            tf.TensorSpec([None], tf.int32),
            tf.TensorSpec([None], tf.float32),
        )

    def score(self, waveform, machine, false_alarm_rate=None):
        if false_alarm_rate is None:
            rate = tf.fill(tf.shape(machine), self.false_alarm_rate)
        else:
            rate = false_alarm_rate
        checks = check_rows(
            waveform=waveform, machine=machine, false_alarm_rate=rate
        ) + check_waveforms(waveform, *self.sizes)
        with tf.control_dependencies(checks):
            waveform = tf.identity(waveform)
        outputs = self._run(waveform, self._find(machine), rate)
        outputs["problem"] = tf.gather(PROBLEMS, outputs["problem"])
        return outputs

    def score_wav(self, wav_bytes, machine):
        spec = {
            "anomaly_score": tf.TensorSpec([], tf.float32),
            "p_value": tf.TensorSpec([], tf.float32),
            "decision": tf.TensorSpec([], tf.int32),
            "valid": tf.TensorSpec([], tf.bool),
            "problem": tf.TensorSpec([], tf.string),
            "embedding": tf.TensorSpec([self.embedding_dim], tf.float32),
        }
        checks = check_rows(wav_bytes=wav_bytes, machine=machine)
        checks += check_recordings(wav_bytes, *self.sizes)
        with tf.control_dependencies(checks):
            wav_bytes = tf.identity(wav_bytes)
        return tf.map_fn(
            self._score_one,
            (wav_bytes, machine),
            parallel_iterations=NUM_PARALLEL,
            fn_output_signature=spec,
        )

    def _score_one(self, row):
        wav_bytes, machine = row
        waveform, fault = decode_wav_bytes(
            wav_bytes, self.sampling_rate, self.recording_channel
        )
        waveform = tf.where(fault > 0, np.nan, waveform)
        outputs = self.score(waveform[None], machine[None])
        found = {name: output[0] for name, output in outputs.items()}
        fault = tf.gather(PROBLEMS, fault)
        found["problem"] = tf.where(fault == "", found["problem"], fault)
        return found

    def embed(self, waveform):
        checks = check_rows(waveform=waveform)
        checks += check_waveforms(waveform, *self.sizes)
        with tf.control_dependencies(checks):
            waveform = tf.identity(waveform)
        no_key = tf.fill(tf.shape(waveform)[:1], -1)
        rate = tf.cast(no_key, tf.float32)
        return {"embedding": self._run(waveform, no_key, rate)["embedding"]}

    def _run(self, *inputs):
        return run_in_bounds(self.run, inputs, *self.sizes)

    def _find(self, machine):
        matches = tf.equal(machine[:, None], tf.constant(self.machines))
        index = tf.argmax(matches, axis=-1, output_type=tf.int32)
        return tf.where(tf.reduce_any(matches, axis=-1), index, -1)


def saved_model_form(contract: Mapping[str, Any]) -> ExportForm:
    """Returns the SavedModel as a form.

    Args:
        contract: Contract of the export; its `machines` and
            `recording_channel` are used.

    >>> import tempfile
    >>> import numpy as np
    >>> from pipelines.training.assembly import make_detector
    >>> from pipelines.settings.presets import choose_preset
    >>> from pipelines.runs.labels import LabelMap
    >>> config = choose_preset("tastgram_study")
    >>> labels = LabelMap(("fan", "pump"), {"fan": (0,), "pump": (1,)})
    >>> detector = make_detector(config, labels)
    >>> contract = {"machines": ["fan", "pump"], "recording_channel": "mean"}
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "1")
    >>> run = saved_model_form(contract).write_and_open(folder, detector)
    >>> run(np.zeros((2, 8_000), "float32"), np.int32([0, 1]))["valid"].tolist()
    [False, False]
    """

    def write(detector, folder):
        channel = contract["recording_channel"]
        write_saved_model(one_by_one(detector), folder, channel)

    def open_saved_model(folder):
        return _open(folder, contract["machines"])

    return ExportForm("saved_model", ".", write, open_saved_model)


def _open(folder: pathlib.Path, machines: Sequence[str]) -> Runner:
    loaded = tf.saved_model.load(folder)
    names = [os.fsencode(machine) for machine in machines]

    def run(waveform, key):
        # Fetched in each call: a signature lives no longer than its model.
        serve = loaded.signatures["serving_default"]
        chosen = [names[index] if index >= 0 else b"?" for index in key]
        outputs = serve(
            waveform=tf.constant(waveform), machine=tf.constant(chosen)
        )
        return {name: value.numpy() for name, value in outputs.items()}

    return run
