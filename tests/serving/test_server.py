import json
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.serving.running import ROOT
from tests.serving.running import running_server
from tests.serving.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder / "fan" / "1")
    write_tiny_model(folder / "fan" / "12")
    return folder


def test_the_newest_version_is_served(models):
    with running_server(models) as server:
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
