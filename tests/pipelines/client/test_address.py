import subprocess
import sys

import numpy as np
import pytest

from pipelines.client.address import connect
from pipelines.client.grpc_model import GrpcModel


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8501/v1/models/fan",
        "https://asd.example.org/v1/models/fan/versions/3",
    ],
)
def test_a_rest_url_is_taken_as_it_is(url):
    assert connect(url).url == url


def test_a_grpc_url_names_server_and_model():
    model = connect("grpc://localhost:8500/fan")
    assert isinstance(model, GrpcModel)
    assert (model.server, model.name) == ("localhost:8500", "fan")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8501",
        "http://localhost:8501",
        "http://localhost:8501/v1/models/fan:predict",
        "grpc://localhost/fan",
        "file:///etc/passwd",
    ],
)
def test_any_other_url_is_refused(url):
    with pytest.raises(ValueError, match="`url` must be http://"):
        connect(url)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "8501x", "-1", "\uff18"])
@pytest.mark.parametrize(
    "url", ["http://localhost:{}/v1/models/fan", "grpc://localhost:{}/fan"]
)
def test_a_port_is_a_number_of_one(url, port):
    with pytest.raises(ValueError, match="port of `url` must be a number"):
        connect(url.format(port))


@pytest.mark.parametrize("seconds", [0.0, -1.0, np.nan, np.inf, 1e10])
def test_a_timeout_is_positive_and_at_most_a_day(seconds):
    with pytest.raises(ValueError, match="`timeout` must be above 0 and at"):
        connect("http://localhost:8501/v1/models/fan", seconds)


def test_grpc_without_its_package_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_serving.apis", None)
    with pytest.raises(ValueError, match="tensorflow-serving-api"):
        connect("grpc://localhost:8500/fan")


def test_rest_needs_no_tensorflow():
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "sys.modules['keras'] = sys.modules['grpc'] = None\n"
        "import pipelines.commands.request, pipelines.programs.request\n"
        "from pipelines.client.address import connect\n"
        "connect('http://localhost:8501/v1/models/fan')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
