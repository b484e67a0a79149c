"""A SavedModel as exported ones are, without a network in it."""

import json

import numpy as np
import tensorflow as tf

from pipelines.exporting.manifest import write_manifest
from pipelines.exporting.request_limits import check_rows

CONTRACT = {
    "machines": ["fan", "pump"],
    "sampling_rate": 16_000,
    "recording_channel": "mean",
    "samples": 8_000,
}
WAVEFORM = tf.TensorSpec([None, None], tf.float32, name="waveform")
MACHINE = tf.TensorSpec([None], tf.string, name="machine")
RATE = tf.TensorSpec([None], tf.float32, name="false_alarm_rate")


class Loudness(tf.Module):
    """Peak as the score, 1 - peak as the p-value, and no decision on pumps."""

    @tf.function(input_signature=[WAVEFORM, MACHINE, RATE])
    def decide(self, waveform, machine, false_alarm_rate):
        check_rows(waveform=waveform, machine=machine)
        score = tf.reduce_max(tf.abs(waveform), axis=1)
        is_fan = tf.equal(machine, "fan")
        is_alarm = tf.cast(1 - score <= false_alarm_rate, tf.int32)
        return {
            "anomaly_score": score,
            "p_value": tf.where(is_fan, 1 - score, np.nan),
            "decision": tf.where(is_fan, is_alarm, -1),
            "valid": is_fan,
            "problem": tf.where(is_fan, "", "level"),
            "embedding": waveform[:, :2],
        }

    @tf.function(input_signature=[WAVEFORM, MACHINE])
    def serve(self, waveform, machine):
        rate = tf.fill(tf.shape(machine), 0.05)
        return self.decide(waveform, machine, rate)

    @tf.function(input_signature=[WAVEFORM, MACHINE])
    def serve_as_before(self, waveform, machine):
        outputs = self.serve(waveform, machine)
        return {name: outputs[name] for name in ("anomaly_score", "embedding")}


def write_version(folder, with_decisions=True):
    module = Loudness()
    signatures = {"serving_default": module.serve_as_before}
    if with_decisions:
        signatures = {
            "serving_default": module.serve,
            "decide": module.decide,
        }
    tf.saved_model.save(module, str(folder), signatures)
    (folder / "assets.extra").mkdir()
    contract = folder / "assets.extra" / "contract.json"
    contract.write_text(json.dumps(CONTRACT))
    write_manifest(folder, {})
    return folder
