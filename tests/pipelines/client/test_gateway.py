"""Labels, TLS and tokens, over REST and gRPC."""

import shutil
import subprocess

import pytest

from keras_asd.__main__ import main
from pipelines.client.address import connect
from pipelines.client.credentials import read_credentials
from tests.serving.running import running_server
from tests.serving.tiny_model import write_tiny_model

TOKEN = "a-secret"
SCHEMES = ("rest_url", "grpc_url")
CONFIG = """
model_config_list { config {
  name: "fan" base_path: "/models/fan" model_platform: "tensorflow"
  version_labels { key: "stable" value: 1 }
  version_labels { key: "canary" value: 2 }
} }
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "fan" / "1", scale=1.0)
    write_tiny_model(folder / "fan" / "2", scale=0.5)
    (folder / "models.config").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A certificate of 127.0.0.1 that signs itself, its key, and the token."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    folder = tmp_path_factory.mktemp("gateway")
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test"
    words += " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem"
    words += " -out certificate.pem"
    subprocess.run(words.split(), cwd=folder, check=True, capture_output=True)
    (folder / "token.txt").write_text(f"{TOKEN}\n")
    (folder / "other.txt").write_text("another\n")
    return folder


@pytest.fixture(scope="module")
def gateway(models, files):
    with running_server(models, files, TOKEN) as server:
        yield server


@pytest.fixture
def ask(gateway, files, write_hum, capsys, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    clip = str(write_hum("pump/a.wav"))

    def ask(scheme, suffix="", ca="certificate.pem", token="token.txt"):
        words = ["request", getattr(gateway, scheme)("fan") + suffix, clip]
        words += ["--machine", "pump"]
        words += ["--ca_file", str(files / ca)] if ca else []
        words += ["--token_file", str(files / token)] if token else []
        code = main(words)
        return code, *capsys.readouterr()

    return ask


@pytest.mark.parametrize("scheme", SCHEMES)
def test_labels_and_versions_are_asked_for(scheme, ask):
    scores = {}
    for suffix in ("", "/labels/stable", "/labels/canary", "/versions/1"):
        code, output, errors = ask(scheme, suffix)
        assert (code, errors) == (0, "")
        header, row = output.splitlines()
        scores[suffix] = float(row.split("\t")[0])
    assert scores[""] == scores["/labels/canary"]
    assert scores["/versions/1"] == scores["/labels/stable"]
    assert scores["/labels/stable"] == pytest.approx(2 * scores[""], rel=1e-5)
    code, output, errors = ask(scheme, "/labels/beta")
    assert (code, output) == (2, "") and "Is its name right" in errors


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_certificate_that_is_not_trusted_is_named(scheme, ask):
    code, output, errors = ask(scheme, ca=None)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert "The certificate of a server must be trusted" in errors
    assert "--ca_file" in errors


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("token", [None, "other.txt"])
def test_a_wrong_token_is_told_once(scheme, token, ask):
    code, output, errors = ask(scheme, token=token)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert "must accept the token" in errors and "--token_file" in errors
    assert TOKEN not in errors


@pytest.mark.parametrize(
    ("url", "ca", "token", "said"),
    [
        ("http://a.b/v1/models/fan", None, "token.txt", "needs an address of"),
        ("grpc://a.b:1/fan", None, "token.txt", "needs an address of https://"),
        ("http://a.b/v1/models/fan", "certificate.pem", None, "needs an addr"),
        ("https://a.b/v1/models/fan", "token.txt", None, "in PEM. Received"),
        ("https://a.b/v1/models/fan", "gone.pem", None, "No such file"),
        ("https://a.b/v1/models/fan", None, "gone.txt", "No such file"),
        ("https://a.b/v1/models/fan", None, "key.pem", "one word of ASCII"),
    ],
)
def test_files_that_do_not_suit_are_refused(url, ca, token, said, files):
    ca, token = (name and str(files / name) for name in (ca, token))
    with pytest.raises(ValueError, match=said):
        connect(url, 30.0, ca, token)


def test_a_token_is_sent_to_this_machine_and_never_shown(files):
    found = read_credentials(
        "http://localhost:8501/v1/models/fan", None, str(files / "token.txt")
    )
    assert found.headers == {"authorization": f"Bearer {TOKEN}"}
    assert TOKEN not in repr(found)
