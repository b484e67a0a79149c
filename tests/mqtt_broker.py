"""A real MQTT broker for tests."""

import contextlib
import getpass
import socket
import subprocess

from tests.watch_tools import find_program
from tests.watch_tools import wait_for


class Broker:
    """A mosquitto of 127.0.0.1, stopped and started again at will."""

    def __init__(self, folder, lines=("allow_anonymous true",), scheme="mqtt"):
        self.program = find_program("mosquitto", "mosquitto")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/plant/hall"
        self.config = folder / "mosquitto.conf"
        lines = [
            # Started by root, it would leave for a user who reads nothing.
            f"user {getpass.getuser()}",
            f"listener {self.port} 127.0.0.1",
            "persistence true",
            f"persistence_location {folder}/",
            *lines,
        ]
        self.config.write_text("\n".join([*lines, ""]))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [self.program, "-c", str(self.config)], stderr=subprocess.DEVNULL
        )

        def answers():
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True

        wait_for(answers)
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
