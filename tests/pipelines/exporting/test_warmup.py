import sys

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from pipelines.exporting.warmup import write_warmup
from tests.serving.tiny_model import MACHINES
from tests.serving.tiny_model import write_tiny_model

SIGNATURES = ["decide", "embed", "score_wav", "serving_default"]
MAX_RECORDS = 1000  # TensorFlow Serving takes no more


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fan") / "1"
    write_tiny_model(folder)
    write_warmup(folder, MACHINES, samples=16000, sampling_rate=16000)
    return folder


@pytest.fixture
def requests(version):
    path = version / "assets.extra" / "tf_serving_warmup_requests"
    logs = [
        prediction_log_pb2.PredictionLog.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    ]
    assert len(logs) < MAX_RECORDS
    assert {log.WhichOneof("log_type") for log in logs} == {"predict_log"}
    return [log.predict_log.request for log in logs]


def tensors(request):
    return {
        name: tf.make_ndarray(value) for name, value in request.inputs.items()
    }


def test_each_signature_gets_a_clip_and_a_batch(requests):
    found = [
        (request.model_spec.signature_name, len(value))
        for request in requests
        for value in list(tensors(request).values())[:1]
    ]
    assert found == [(name, size) for name in SIGNATURES for size in (1, 8)]


def test_the_requests_run(version, requests):
    loaded = tf.saved_model.load(str(version))
    for request in requests:
        serve = loaded.signatures[request.model_spec.signature_name]
        inputs = {
            name: tf.constant(value) for name, value in tensors(request).items()
        }
        outputs = serve(**inputs)
        if "anomaly_score" in outputs:
            scores = outputs["anomaly_score"].numpy()
            np.testing.assert_allclose(scores, 0.1, rtol=1e-4)
            assert set(outputs["problem"].numpy()) == {b""}


def test_the_records_are_small(version, requests):
    path = version / "assets.extra" / "tf_serving_warmup_requests"
    assert path.stat().st_size < 4 * 16000 * 2


def test_an_input_of_another_kind_is_refused(tmp_path):
    module = tf.Module()
    module.serve = tf.function(
        lambda image: {"score": image},
        input_signature=[tf.TensorSpec([None], name="image")],
    )
    tf.saved_model.save(module, tmp_path, {"serving_default": module.serve})
    with pytest.raises(ValueError, match=r"serving_default\(image\)"):
        write_warmup(tmp_path, ["fan"], 16000, 16000)


def test_without_the_protos_their_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(ValueError, match="tensorflow-serving-api"):
        write_warmup(tmp_path, ["fan"], 16000, 16000)
