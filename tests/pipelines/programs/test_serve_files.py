import http.server
import json
import pathlib
import shutil
import subprocess
import threading

import pytest
import yaml
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from keras_asd.__main__ import COMMANDS
from pipelines.exporting.manifest import write_manifest
from pipelines.exporting.publishing import publish
from pipelines.programs.serve_files import write_serving_files
from tests.serving.published_protos import published_message

FILES = [
    "models.config",
    "batching.config",
    "monitoring.config",
    "healthy.sh",
    "docker-compose.yml",
    "kubernetes.yaml",
    "SERVING.md",
]


def write_version(folder):
    (folder / "assets.extra").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"a graph")
    contract = json.dumps({"machines": ["fan/id 00"]})
    (folder / "assets.extra" / "contract.json").write_text(contract)
    write_manifest(folder, {})


@pytest.fixture
def models(tmp_path):
    """Two models: `fan` of versions 1 and 12, and `pump` of version 3."""
    for name in ("fan/1", "fan/12", "pump/3"):
        write_version(tmp_path / "models" / name)
    (tmp_path / "models" / "README.md").touch()
    (tmp_path / "models" / ".hidden").mkdir()
    return tmp_path / "models"


@pytest.fixture
def written(models, tmp_path):
    def write(**options):
        folder = tmp_path / "serving"
        paths = write_serving_files(str(models), str(folder), **options)
        assert [path.name for path in paths] == FILES
        return {path.name: path.read_text() for path in paths}

    return write


def test_every_model_is_in_the_models_file(written):
    config = text_format.Parse(
        written()["models.config"], model_server_config_pb2.ModelServerConfig()
    )
    found = {one.name: one for one in config.model_config_list.config}
    assert sorted(found) == ["fan", "pump"]
    for name, one in found.items():
        assert one.base_path == f"/models/{name}"
        assert one.model_platform == "tensorflow"


def test_batching_and_monitoring_parse_as_published(written):
    files = written()
    batching = published_message("BatchingParameters")
    text_format.Parse(files["batching.config"], batching)
    assert batching.max_batch_size.value == 32
    # The padding would make another clip of a shorter one.
    assert not batching.pad_variable_length_inputs
    monitoring = published_message("MonitoringConfig")
    text_format.Parse(files["monitoring.config"], monitoring)
    assert monitoring.prometheus_config.enable
    text = files["kubernetes.yaml"]
    assert f"prometheus.io/path: {monitoring.prometheus_config.path}" in text


def check_locked_up(image, arguments, is_batching):
    name, tag = image.split(":")
    assert name == "tensorflow/serving" and tag[0].isdigit()
    assert "--model_config_file=/config/models.config" in arguments
    # A server given the one without the other does not start.
    assert ("--enable_batching=true" in arguments) is is_batching
    file = "--batching_parameters_file=/config/batching.config"
    assert (file in arguments) is is_batching


@pytest.mark.parametrize("is_batching", [False, True])
def test_docker_compose_reads_and_cannot_write(
    written, models, tmp_path, is_batching
):
    text = written(is_batching=is_batching)["docker-compose.yml"]
    (service,) = yaml.safe_load(text)["services"].values()
    check_locked_up(service["image"], service["command"], is_batching)
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert all(volume["read_only"] for volume in service["volumes"])
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert int(service["user"].split(":")[0]) > 0
    assert service["healthcheck"]["test"][-1] == "/config/healthy.sh"
    sources = [volume["source"] for volume in service["volumes"]]
    targets = [volume["target"] for volume in service["volumes"]]
    assert targets == ["/models", "/config"]
    places = [(tmp_path / "serving" / source).resolve() for source in sources]
    assert places == [models.resolve(), (tmp_path / "serving").resolve()]


@pytest.mark.parametrize("is_batching", [False, True])
def test_kubernetes_reads_and_cannot_write(written, is_batching):
    files = written(is_batching=is_batching)
    kinds = {one["kind"]: one for one in yaml.safe_load_all(files[FILES[5]])}
    assert sorted(kinds) == ["ConfigMap", "Deployment", "Service"]
    data = kinds["ConfigMap"]["data"]
    assert {name: text.strip() for name, text in data.items()} == {
        name: files[name].strip() for name in FILES[:4]
    }
    pod = kinds["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    check_locked_up(container["image"], container["args"], is_batching)
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]
    mounts = {one["name"]: one for one in container["volumeMounts"]}
    volumes = {one["name"]: one for one in pod["volumes"]}
    assert mounts["models"]["readOnly"] and set(mounts) == set(volumes)
    probe = container["livenessProbe"]["httpGet"]["path"]
    assert probe == "/v1/models/fan"
    for name in ("readinessProbe", "startupProbe"):
        assert container[name]["exec"]["command"][-1] == "/config/healthy.sh"


def test_what_to_do_is_told_with_commands_that_exist(written):
    text = written()["SERVING.md"]
    assert "docker compose up" in text
    assert "clip.wav --machine 'fan/id 00'" in text
    assert {"request", "serve-files"} <= set(COMMANDS)


@pytest.fixture
def status_server():
    """Tells states of models as TensorFlow Serving does; bounded by daemon."""
    states = {"fan": "AVAILABLE", "pump": "AVAILABLE"}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            state = states[self.path.removeprefix("/v1/models/")]
            body = {"model_version_status": [{"version": 1, "state": state}]}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body, indent=1).encode())

        def log_message(self, *words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], states
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not here")
def test_a_server_is_healthy_when_every_model_is_served(written, status_server):
    port, states = status_server
    script = written()["healthy.sh"]
    assert "/dev/tcp/127.0.0.1/8501" in script

    def exit_code(port):
        words = ["bash", "-c", script.replace("8501", str(port))]
        return subprocess.run(words, capture_output=True, timeout=20).returncode

    assert exit_code(port) == 0
    states["pump"] = "LOADING"
    assert exit_code(port) == 1
    assert exit_code(9) == 1


def test_files_are_replaced_when_they_are_written_again(written, models):
    written()
    shutil.rmtree(models / "pump")
    assert "pump" not in written()["models.config"]


def test_a_folder_of_no_whole_version_is_refused(models, tmp_path):
    def refused(error, match, folder=models):
        with pytest.raises(error, match=match):
            write_serving_files(str(folder), str(tmp_path / "serving"))
        assert not (tmp_path / "serving").exists()

    refused(FileNotFoundError, "holds none", folder=tmp_path / "nowhere")
    refused(ValueError, "is a model itself", folder=models / "fan")
    (models / "empty").mkdir()
    refused(FileNotFoundError, "empty, which has none")
    (models / "empty").rename(models / "two words")
    refused(ValueError, "Rename the folder")
    (models / "two words").rmdir()
    (models / "fan" / "12" / "saved_model.pb").write_bytes(b"another")
    refused(ValueError, "saved_model.pb")
    shutil.rmtree(models / "fan" / "12")
    (models / "pump" / "3" / "saved_model.pb").unlink()
    refused(ValueError, "saved_model.pb")


def test_what_a_failed_first_export_left_is_passed_over(
    models, tmp_path, caplog
):
    def fail(version):
        raise ValueError("no score")

    with pytest.raises(ValueError, match="no score"):
        publish(models / "valve", fail)
    write_serving_files(str(models), str(tmp_path / "serving"))
    text = (tmp_path / "serving" / "models.config").read_text()
    assert "pump" in text and "valve" not in text
    assert f"passed over, since it holds no version: {models}" in caplog.text
    for name in ("fan", "pump"):
        shutil.rmtree(models / name)
    with pytest.raises(FileNotFoundError, match="holds none"):
        write_serving_files(str(models), str(tmp_path / "serving"))


def test_the_files_may_lie_among_the_models(models):
    write_serving_files(str(models), str(models / "serving"))
    paths = write_serving_files(str(models), str(models / "serving"))
    assert all(isinstance(path, pathlib.Path) for path in paths)
    compose = yaml.safe_load((models / "serving" / FILES[4]).read_text())
    volumes = compose["services"]["serving"]["volumes"]
    assert volumes[0]["source"] == "./.."
