"""The server of `tests.serving.server`, as a process of its own."""

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]
LONGEST_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class RunningServer:
    """Where it answers, and how it is told to fail."""

    rest_port: int
    grpc_port: int
    is_encrypted: bool = False

    def rest_url(self, name):
        scheme = "https" if self.is_encrypted else "http"
        return f"{scheme}://127.0.0.1:{self.rest_port}/v1/models/{name}"

    def grpc_url(self, name):
        scheme = "grpcs" if self.is_encrypted else "grpc"
        return f"{scheme}://127.0.0.1:{self.grpc_port}/{name}"

    def order_faults(self, *faults):
        """Sets the next faults; returns the requests since the last order."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.rest_port}/faults",
            data=json.dumps(faults).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["num_requests"]


@contextlib.contextmanager
def running_server(models, *gateway):
    """Serves a folder of models; ends the process on the way out.

    `gateway` is a folder of certificate and key, and a token.
    """
    words = ["-m", "tests.serving.server", str(models), str(LONGEST_SECONDS)]
    words += map(str, gateway)
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "-1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            line = process.stdout.readline()
            ports = json.loads(line)
            yield RunningServer(ports["rest"], ports["grpc"], bool(gateway))
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
