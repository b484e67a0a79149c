"""The page of a watch in Chromium: an alarm heard, marked normal, undone."""

import logging
import threading
import time

import numpy as np
import pytest

from pipelines.programs.watch import open_watch
from pipelines.runs.feedback_journal import read_journal
from pipelines.runs.stages import find_stage
from pipelines.watching.alarms.alarm_limit import AlarmSettings
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.page import told
from pipelines.watching.sound_source import Window
from tests.browser import Browser
from tests.pipelines.programs.feedback_cases import TOLD
from tests.pipelines.programs.feedback_cases import Place

pytest.importorskip("flask")
pytest.importorskip("waitress")
NUM_USUAL, NUM_STRANGE = 8, 8
PLAY = """(async () => {
  const player = document.querySelector("#open audio");
  await player.play();
  for (let i = 0; i < 100 && !player.currentTime; i++)
    await new Promise(done => setTimeout(done, 100));
  return [player.currentTime, player.duration];
})()"""


class Microphone:
    """Usual windows of a fan, strange ones, usual ones; then silence."""

    name, machine, is_live = "hall", TOLD, True

    def listen(self, hearing, position, stop):
        rate, begin = hearing.sampling_rate, time.time() - 60
        pitches = [120] * NUM_USUAL + [500] * NUM_STRANGE + [120] * NUM_USUAL
        moments = np.arange(hearing.window) / rate
        for index, hz in enumerate(pitches):
            noise = np.random.default_rng(index).normal(size=hearing.window)
            sound = 0.1 * np.sin(2 * np.pi * hz * moments) + 0.02 * noise
            start = index * hearing.step
            yield Window(
                sound.astype("float32"),
                begin + start / rate,
                {"next": index},
                "",
                start,
            )
        stop.wait()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("page")).make()


@pytest.fixture
def url(place, caplog, monkeypatch):
    """Address of the page of a watch, with its token."""
    caplog.set_level(logging.INFO)
    # Other tests would go first.
    monkeypatch.setattr(told, "NICE", 0)
    folder, stop = place.folder / "watch", threading.Event()
    outlets = OutletSettings(page="0", seconds_before=1.0, seconds_after=1.0)
    settings = AlarmSettings(2, 3)
    is_open = threading.Event()

    def run():
        sources = [Microphone()]
        with open_watch(place.run, sources, folder, settings, outlets) as watch:
            is_open.set()
            for _ in watch.listen(stop):
                pass

    thread = threading.Thread(target=run)
    thread.start()
    assert is_open.wait(60)
    said = next(m for m in caplog.messages if m.startswith("page: "))
    address = said.split()[1].rstrip(",")
    token = (folder / "page_token").read_text().strip()
    assert token not in caplog.text
    yield f"{address}#{token}"
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_an_alarm_is_heard_marked_normal_and_undone(place, url, tmp_path):
    with Browser(tmp_path) as browser:
        browser.resize(1280)
        browser.open(url)
        browser.wait("document.querySelector('#open audio')")
        # The address bar no longer shows the token.
        assert browser.ask("location.pathname + location.hash") == "/"
        played, duration = browser.ask(PLAY)
        assert played > 0 and 1 < duration < 4
        browser.click("#open [id^=normal]")
        browser.wait("document.querySelector('.job.done, .job.refused')", 300)
        said = browser.ask("document.querySelector('#jobs').innerText")
        assert "version 1 of the run is in use" in said
        browser.wait("!document.querySelector('#open .card')")
        assert "normal, by page" in browser.ask("document.body.innerText")
        (entry,) = read_journal(find_stage(place.run)).entries
        assert (entry.kind, entry.machine, entry.user) == (
            "normal",
            TOLD,
            "page",
        )
        browser.click("#answered [id^=undo]")
        browser.wait("document.querySelectorAll('.job.done').length === 2", 300)
        browser.wait("document.querySelector('#open .card')")
        assert browser.errors == []
    (entry,) = read_journal(find_stage(place.run)).entries
    assert entry.undone.endswith("by page")
