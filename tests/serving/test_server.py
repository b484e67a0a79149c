import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import get_model_metadata_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tests.serving.running import ROOT
from tests.serving.running import running_server
from tests.serving.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "fan" / "1")
    write_tiny_model(folder / "fan" / "12")
    return folder


@pytest.fixture(scope="module")
def server(models):
    with running_server(models) as server:
        yield server


def test_the_newest_version_is_served(server):
    url = server.rest_url("fan")
    with urllib.request.urlopen(url, timeout=10) as answer:
        (status,) = json.load(answer)["model_version_status"]
    assert (status["version"], status["state"]) == ("12", "AVAILABLE")


def test_a_server_stops_by_itself(models):
    words = ["-m", "tests.serving.server", str(models), "1"]
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline()
        start = time.monotonic()
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - start < 20


def test_rows_come_back_as_rows(server):
    """The formats of the REST interface, as TensorFlow Serving documents."""
    rows = [
        {"waveform": [0.5, -0.5], "machine": {"b64": "cHVtcA=="}},
        {"waveform": [0.1, 0.1], "machine": "whale"},
    ]

    def predict(**body):
        request = urllib.request.Request(
            server.rest_url("fan") + ":predict", json.dumps(body).encode()
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code

    first, second = predict(instances=rows)["predictions"]
    assert first["anomaly_score"] == pytest.approx(0.5)
    assert (first["problem"], first["decision"]) == ("", 0)
    assert second["problem"] == "unknown machine"
    # One input and one output need no names.
    waves = [row["waveform"] for row in rows]
    embed = {"signature_name": "embed"}
    expected = pytest.approx(np.array(waves))
    assert predict(**embed, instances=waves)["predictions"] == expected
    assert predict(**embed, inputs=waves)["outputs"] == expected
    assert predict(instances=[]) == predict(instances=rows, inputs=1) == 400
    assert predict(instances=[rows[0], waves[0]]) == 400


def test_metadata_name_the_inputs_and_outputs(server):
    url = server.rest_url("fan") + "/versions/12/metadata"
    with urllib.request.urlopen(url, timeout=10) as answer:
        found = json.load(answer)
    channel = grpc.insecure_channel(f"127.0.0.1:{server.grpc_port}")
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    request = get_model_metadata_pb2.GetModelMetadataRequest(
        model_spec={"name": "fan"}, metadata_field=["signature_def"]
    )
    reply = stub.GetModelMetadata(request, timeout=10)
    request.metadata_field[:] = ["weights"]
    with pytest.raises(grpc.RpcError, match="Metadata field"):
        stub.GetModelMetadata(request, timeout=10)
    assert found["model_spec"]["version"] == "12"
    assert reply.model_spec.version.value == 12
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert reply.metadata["signature_def"].Unpack(signatures)
    rest = found["metadata"]["signature_def"]["signature_def"]
    for name, inputs in (
        ("serving_default", {"waveform", "machine"}),
        ("decide", {"waveform", "machine", "false_alarm_rate"}),
        ("score_wav", {"wav_bytes", "machine"}),
        ("embed", {"waveform"}),
    ):
        assert inputs == set(rest[name]["inputs"])
        assert inputs == set(signatures.signature_def[name].inputs)
        assert rest[name]["method_name"] == "tensorflow/serving/predict"
