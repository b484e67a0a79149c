"""Chromium, steered over a pipe by its own protocol; no driver is needed.

`KERAS_ASD_BROWSER=required` makes a missing Chromium a failure.
"""

import base64
import json
import os
import shutil
import subprocess

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage "
    "--mute-audio --autoplay-policy=no-user-gesture-required "
    "--no-first-run --enable-logging=stderr --log-level=0"
).split()
SECONDS = 60


def find_chromium():
    """Path of Chromium, which the test requires."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = "no Chromium here: install Debian's chromium"
        if os.environ.get("KERAS_ASD_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


class Browser:
    """A tab of Chromium.

    Attributes:
        errors: What the console and the log of the tab say is wrong.
    """

    def __init__(self, folder):
        read_ours, write_theirs = os.pipe()
        read_theirs, write_ours = os.pipe()
        # Chromium reads from 3 and writes to 4.
        chromium = [find_chromium(), *FLAGS, f"--user-data-dir={folder}"]
        words = ["bash", "-c", f'exec "$@" 3<&{read_theirs} 4>&{write_theirs}']
        words += ["bash", *chromium, "--remote-debugging-pipe", "about:blank"]
        self._log = open(folder / "log.txt", "w")
        self._process = subprocess.Popen(
            words,
            pass_fds=(read_theirs, write_theirs),
            stdout=self._log,
            stderr=self._log,
        )
        os.close(read_theirs)
        os.close(write_theirs)
        self._in = os.fdopen(write_ours, "wb", buffering=0)
        self._out = os.fdopen(read_ours, "rb")
        self._number, self._session, self.errors = 0, None, []
        targets = self._do("Target.getTargets")["targetInfos"]
        target = next(one for one in targets if one["type"] == "page")
        self._session = self._do(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._do(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._process.terminate()
        self._process.wait(20)
        for file in (self._in, self._out, self._log):
            file.close()

    def resize(self, width, height=900, is_dark=False):
        """Width of the screen in pixels, and its scheme of colours."""
        self._do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = "dark" if is_dark else "light"
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._do("Emulation.setEmulatedMedia", features=[feature])

    def open(self, url):
        """Opens a page, and waits until it is there."""
        self._do("Page.navigate", url=url)
        self.wait(
            "document.readyState === 'complete' && location.href !== "
            "'about:blank'"
        )

    def ask(self, expression):
        """Value of an expression in the page; promises are waited for."""
        found = self._do(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, condition, seconds=SECONDS):
        """Waits until a condition holds in the page, also while it loads."""
        script = f"(async () => {{ for (let i = 0; i < {10 * seconds}; i++) {{"
        script += f"if ({condition}) return true;"
        script += "await new Promise(done => setTimeout(done, 100)); } })()"
        for _ in range(5):
            try:
                assert self.ask(script), f"it did not come: {condition}"
                return
            except LostPageError:
                continue
        raise AssertionError(f"the page went away: {condition}")

    def click(self, selector):
        """Clicks on an element, and waits for the page that it leads to."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        self.ask("window.isOld = true")
        self.ask(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait("!window.isOld && document.readyState === 'complete'")

    def press_tab(self):
        """Presses the tab key."""
        for kind in ("keyDown", "keyUp"):
            self._do(
                "Input.dispatchKeyEvent",
                type=kind,
                key="Tab",
                code="Tab",
                windowsVirtualKeyCode=9,
            )

    def picture(self, path):
        """Writes the whole page as a picture."""
        found = self._do("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def _do(self, method, **values):
        self._number += 1
        message = {"id": self._number, "method": method, "params": values}
        if self._session is not None:
            message["sessionId"] = self._session
        self._in.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                break
            self._note(answer)
        if "error" in answer:
            raise LostPageError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def _read(self):
        content = bytearray()
        while (byte := self._out.read(1)) != b"\0":
            assert byte, "Chromium has ended"
            content += byte
        return json.loads(content)

    def _note(self, event):
        values = event.get("params", {})
        if event["method"] == "Runtime.exceptionThrown":
            self.errors.append(values["exceptionDetails"])
        elif event["method"] == "Runtime.consoleAPICalled":
            self.errors.append(values["args"])
        elif event["method"] == "Log.entryAdded":
            self.errors.append(values["entry"])


class LostPageError(Exception):
    """What was asked went away with the page that it was asked of."""
