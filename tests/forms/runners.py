"""Scores clips by exported forms: `python -m tests.forms.runners ...`.

`CLIPS.npz SCORES.npz VERSION FORM ...`; the clips are arrays `waveform_0`, ...
and a `key` and a `machine` for each. Neither Keras nor this package can be
imported here.
"""

import sys

from tests.forms import blocking  # noqa: F401  (before anything else)

import numpy as np  # isort: skip


def saved_model(version):
    import tensorflow as tf

    model = tf.saved_model.load(version)
    serve = model.signatures["serving_default"]

    def run(waveform, key, machine):
        return serve(
            waveform=tf.constant(waveform), machine=tf.constant(machine)
        )

    return run


def c_api(version):
    from tests.serving.c_api import Session

    session = Session(version)

    def run(waveform, key, machine):
        inputs = {"waveform": waveform, "machine": machine.astype("S")}
        return session.run("serving_default", inputs)

    return run


def onnx(version):
    import onnxruntime

    session = onnxruntime.InferenceSession(
        f"{version}/model.onnx", providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]

    def run(waveform, key, machine):
        outputs = session.run(None, {"waveform": waveform, "key": key})
        return dict(zip(names, outputs, strict=True))

    return run


def litert(version, name="model.tflite"):
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(f"{version}/{name}")
    serve = interpreter.get_signature_runner("serving_default")
    return lambda waveform, key, machine: serve(waveform=waveform, key=key)


def litert_int8(version):
    return litert(version, "model_int8.tflite")


def openvino(version, name="model_openvino.xml", precision="f32"):
    import openvino

    model = openvino.Core().compile_model(
        f"{version}/{name}", "CPU", {"INFERENCE_PRECISION_HINT": precision}
    )
    return lambda waveform, key, machine: {
        "anomaly_score": model({"waveform": waveform, "key": key})[
            "anomaly_score"
        ]
    }


def openvino_bf16(version):
    return openvino(version, precision="bf16")


def openvino_int8(version):
    return openvino(version, "model_openvino_int8.xml")


FORMS = {
    one.__name__: one
    for one in (
        saved_model,
        c_api,
        onnx,
        openvino,
        openvino_bf16,
        openvino_int8,
        litert,
        litert_int8,
    )
}


def score(form, version, clips):
    run = FORMS[form](version)
    keys, machines = clips["key"], clips["machine"]
    scores = []
    for i in range(len(keys)):
        waveform = clips[f"waveform_{i}"][None]
        outputs = run(waveform, keys[i : i + 1], machines[i : i + 1])
        scores.append(float(np.asarray(outputs["anomaly_score"])[0]))
    return scores


def main(clips_path, scores_path, version, *forms):
    with np.load(clips_path) as clips:
        scores = {form: score(form, version, clips) for form in forms}
    blocked = [name for name, module in sys.modules.items() if module is None]
    if not {"keras", "keras_asd", "pipelines"} <= set(blocked):
        raise RuntimeError("the package could have been imported")
    np.savez(scores_path, **scores)


if __name__ == "__main__":
    main(*sys.argv[1:])
