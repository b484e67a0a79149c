"""Warm-up requests of TensorFlow Serving, for each signature of a model."""

import pathlib
from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from pipelines.audio.riff import bare_header

WARMUP = pathlib.Path("assets.extra") / "tf_serving_warmup_requests"
BATCH_SIZES = (1, 8)
LEVEL = 0.1
FALSE_ALARM_RATE = 0.05


def write_warmup(
    version: pathlib.Path,
    machines: Sequence[str],
    samples: int,
    sampling_rate: int = 16_000,
) -> pathlib.Path:
    """Writes warm-up requests for each signature of a SavedModel.

    TensorFlow Serving runs them when it loads the version, so that the first
    request does not wait for TensorFlow's set-up. Each signature gets
    a single clip and a batch. The records are small: a tensor that repeats
    its last value is stored with that value alone. (A constant waveform counts
    as silent, and runs through the same graph as any other.)

    Args:
        version: Folder of the version.
        machines: Keys that the model knows.
        samples: Number of samples of the clips.
        sampling_rate: Sampling rate of the WAV recordings in Hz.

    Returns:
        Path of the TFRecord of `PredictionLog` messages.

    Raises:
        ValueError: If `tensorflow-serving-api` is not installed, or a
            signature has an input that none of this package's models has.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> module = tf.Module()
    >>> module.embed = tf.function(
    ...     lambda waveform: {"embedding": waveform[:, :2]},
    ...     input_signature=[tf.TensorSpec([None, None], name="waveform")],
    ... )
    >>> tf.saved_model.save(module, folder, {"embed": module.embed})
    >>> write_warmup(pathlib.Path(folder), ["fan"], 16000, 16000).name
    'tf_serving_warmup_requests'
    """
    try:
        from tensorflow_serving.apis import prediction_log_pb2
    except ImportError:
        raise ValueError(
            "Warm-up requests need `tensorflow-serving-api`. Received: an "
            "environment without it. `pip install` it in TensorFlow's version."
        ) from None
    wav_bytes = _wav(samples, sampling_rate)
    values = {
        "waveform": np.float32(LEVEL),
        "machine": machines[0].encode("utf-8", "surrogateescape"),
        "false_alarm_rate": np.float32(FALSE_ALARM_RATE),
        "wav_bytes": wav_bytes,
    }
    path = version / WARMUP
    path.parent.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as records:
        for signature, inputs in _signatures(version).items():
            if unknown := sorted(set(inputs) - set(values)):
                raise ValueError(
                    f"A signature may take {', '.join(values)}. Received: "
                    f"{signature}({', '.join(unknown)}) of {version}."
                )
            for batch_size in BATCH_SIZES:
                log = prediction_log_pb2.PredictionLog()
                request = log.predict_log.request
                request.model_spec.signature_name = signature
                for name in inputs:
                    shape = [batch_size]
                    shape += [samples] if name == "waveform" else []
                    request.inputs[name].CopyFrom(
                        tf.make_tensor_proto(values[name], shape=shape)
                    )
                records.write(log.SerializeToString())
    return path


def _signatures(version: pathlib.Path) -> dict[str, list[str]]:
    """The inputs of each signature that can be served, by name."""
    model = saved_model_pb2.SavedModel()
    model.ParseFromString((version / "saved_model.pb").read_bytes())
    return {
        name: sorted(signature.inputs)
        for name, signature in sorted(
            model.meta_graphs[0].signature_def.items()
        )
        if signature.inputs
    }


def _wav(samples: int, sampling_rate: int) -> bytes:
    """A square wave as 16-bit PCM, which does not count as silence."""
    level = round(LEVEL * 2**15)
    sound = np.where(np.arange(samples) // 8 % 2, level, -level).astype("<i2")
    header = bare_header(1, sampling_rate, 16, sound.nbytes)
    return header + sound.tobytes()
