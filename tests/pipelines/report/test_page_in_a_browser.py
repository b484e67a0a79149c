"""The page in Chromium: sounds play, links lead somewhere, nothing overflows.

A server of this machine alone gives the page with a script that sends back what
it finds.
"""

import http.server
import json
import os
import pathlib
import queue
import re
import subprocess
import threading

import pytest

from pipelines.report.page import render_page
from tests.browser import FLAGS
from tests.browser import find_chromium

# A window is no narrower than 500 pixels.
NARROW = b'<iframe src="/" style="width:390px;height:844px;border:0"></iframe>'
SCRIPT = """
<script>
window.addEventListener("load", async () => {
  const found = {errors: []};
  window.addEventListener("error", event => found.errors.push(event.message));
  const root = document.documentElement;
  found.width = innerWidth;
  found.overflow = root.scrollWidth - root.clientWidth;
  const link = document.querySelector(".ranking a");
  link.click();
  found.target = document.querySelector(":target")?.id;
  found.link = link.getAttribute("href");
  const points = [...document.querySelectorAll("svg a")];
  found.points = points.length;
  found.lost = points.filter(
    one => !document.querySelector(one.getAttribute("href"))).length;
  document.querySelectorAll("details").forEach(one => one.open = true);
  found.opened = root.scrollWidth - root.clientWidth;
  // Text of pictures in pixels, as it is drawn.
  found.texts = [...document.querySelectorAll("svg text")].map(one => {
    const svg = one.ownerSVGElement;
    const drawn = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return drawn * parseFloat(getComputedStyle(one).fontSize);
  });
  const term = document.querySelector(".term");
  term.focus();
  found.tip = getComputedStyle(term.querySelector(".tip")).display;
  found.tipped = root.scrollWidth - root.clientWidth;
  document.querySelector(".ranking p").textContent = "a_long_name".repeat(20);
  found.named = root.scrollWidth - root.clientWidth;
  found.dark = matchMedia("(prefers-color-scheme: dark)").matches;
  found.background = getComputedStyle(document.body).backgroundColor;
  const players = [...document.querySelectorAll("audio")];
  found.players = players.length;
  const player = players[0];
  await player.play().catch(error => found.errors.push(String(error)));
  await new Promise(done => {
    if (player.currentTime > 0) done();
    player.addEventListener(
      "timeupdate", () => player.currentTime > 0 && done());
    setTimeout(done, 5000);
  });
  found.ready = player.readyState;
  found.played = player.currentTime;
  found.duration = player.duration;
  await fetch("/found", {method: "POST", body: JSON.stringify(found)});
});
</script>
"""


@pytest.fixture(scope="module")
def chromium():
    return find_chromium()


@pytest.fixture(scope="module")
def served(people):
    """Address of the page, and what it sends back."""
    text = render_page(people, subtitle="65 recordings")
    if kept := os.environ.get("KERAS_ASD_PAGE"):  # `make picture` draws it.
        pathlib.Path(kept).write_text(text, encoding="utf-8")
    page = text.replace("</body>", f"{SCRIPT}</body>").encode()
    found = queue.Queue()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = {"/": page, "/narrow": NARROW}.get(self.path, b"")
            self.send_response(200 if content else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            found.put(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", found
    server.shutdown()
    server.server_close()


def test_the_printed_page_has_two_clips_a_sheet(chromium, people, tmp_path):
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(render_page(people), encoding="utf-8")
    words = [*FLAGS, f"--user-data-dir={tmp_path}", "--no-pdf-header-footer"]
    words += [f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(
        [chromium, *words], check=True, timeout=120, capture_output=True
    )
    content = printed.read_bytes()
    num_cards = sum(len(view.cards) for view in people.machines)
    num_sheets = len(re.findall(rb"/Type ?/Page\b", content))
    # The summary, a head for each machine, and the words at the end.
    assert num_cards / 2 < num_sheets < num_cards / 2 + 8


@pytest.mark.parametrize(
    ("width", "is_dark"), [(390, False), (1280, False), (1280, True)]
)
def test_the_page_works_in_a_browser(
    chromium, served, width, is_dark, tmp_path
):
    address, answers = served
    scheme = f"--blink-settings=preferredColorScheme={0 if is_dark else 1}"
    words = [*FLAGS, scheme, f"--window-size={width},900"]
    address += "narrow" if width < 500 else ""
    words += [f"--user-data-dir={tmp_path}", address]
    log = tmp_path / "log.txt"
    with log.open("w") as file:
        browser = subprocess.Popen([chromium, *words], stdout=file, stderr=file)
        try:
            found = answers.get(timeout=60)
        finally:
            browser.terminate()
            browser.wait(20)
    said = log.read_text()
    assert "CONSOLE" not in said, said
    assert found["errors"] == []
    assert found["width"] == width and found["dark"] is is_dark
    assert found["overflow"] == found["opened"] == found["tipped"] == 0
    assert found["named"] == 0
    assert len(found["texts"]) > 100
    assert 11 <= min(found["texts"]) and max(found["texts"]) < 17
    assert "#" + found["target"] == found["link"]
    assert found["points"] > 10 and found["lost"] == 0
    assert found["tip"] == "block"
    assert found["players"] > 10
    assert found["ready"] >= 2 and found["played"] > 0
    assert found["duration"] == pytest.approx(2.0, abs=0.1)
    assert (found["background"] != "rgb(255, 255, 255)") is is_dark
