"""What a served model takes and gives, held against its OpenAPI file."""

import base64
import json
import pathlib
import re
import urllib.error
import urllib.request

import jsonschema
import pytest
import yaml

from pipelines.exporting.contract import CONTRACT_VERSION
from pipelines.exporting.saved_model import OUTPUTS
from tests.serving.running import running_server
from tests.serving.tiny_model import write_tiny_model

FILE = pathlib.Path(__file__).parents[2] / "docs" / "openapi.yaml"
DESCRIPTION = yaml.safe_load(FILE.read_text(encoding="utf-8"))
WAVES = [[0.5, -0.5], [0.1, 0.1]]
REQUESTS = {
    "columns": {"inputs": {"waveform": WAVES, "machine": ["pump", "whale"]}},
    "rows": {"instances": [{"waveform": WAVES[0], "machine": "pump"}]},
    "a rate": {
        "signature_name": "decide",
        "inputs": {
            "waveform": WAVES,
            "machine": [{"b64": "cHVtcA=="}, "pump"],
            "false_alarm_rate": [0.1, 0.1],
        },
    },
    "embeddings": {"signature_name": "embed", "inputs": {"waveform": WAVES}},
    "embeddings of rows": {"signature_name": "embed", "instances": WAVES},
}


def check(value, name):
    schema = {"$ref": f"#/components/schemas/{name}", **DESCRIPTION}
    jsonschema.Draft202012Validator(schema).validate(value)


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(url, data, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "fan" / "1")
    with running_server(folder) as server:
        yield server


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_and_its_answer_are_as_described(name, server):
    check(REQUESTS[name], "Request")
    for path in (":predict", "/versions/1:predict"):
        status, answer = ask(server.rest_url("fan") + path, REQUESTS[name])
        assert status == 200
        check(answer, "Answer")


def test_wav_bytes_are_as_described(server, write_hum):
    text = base64.b64encode(write_hum("a.wav").read_bytes()).decode()
    row = {"wav_bytes": {"b64": text}, "machine": "pump"}
    body = {"signature_name": "score_wav", "instances": [row]}
    check(body, "Request")
    status, answer = ask(server.rest_url("fan") + ":predict", body)
    assert status == 200
    check(answer, "Answer")


def test_status_metadata_and_refusals_are_as_described(server):
    url = server.rest_url("fan")
    check(ask(url)[1], "Status")
    check(ask(f"{url}/metadata")[1], "Metadata")
    status, answer = ask(url + ":predict", {"instances": []})
    assert status == 400
    check(answer, "Error")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"inputs": {"wave": WAVES}},
        {"instances": []},
        {"instances": WAVES, "inputs": WAVES},
        {"signature_name": "predict", "instances": WAVES},
    ],
)
def test_what_the_server_refuses_is_not_described(wrong):
    with pytest.raises(jsonschema.ValidationError):
        check(wrong, "Request")


def test_the_outputs_are_those_of_an_export():
    assert DESCRIPTION["info"]["version"] == str(CONTRACT_VERSION)
    schemas = DESCRIPTION["components"]["schemas"]
    for name in ("Score", "ScoreColumns"):
        assert set(schemas[name]["properties"]) == set(OUTPUTS)


def test_the_examples_are_as_described():
    clips = DESCRIPTION["components"]["requestBodies"]["Clips"]
    for example in clips["content"]["application/json"]["examples"].values():
        check(example["value"], "Request")
    for path, verbs in DESCRIPTION["paths"].items():
        names = set(re.findall(r"\{(\w+)\}", path))
        for verb in verbs.values():
            given = [
                DESCRIPTION["components"]["parameters"]["model"]["name"]
                if "$ref" in parameter
                else parameter["name"]
                for parameter in verb["parameters"]
            ]
            assert names == set(given)
