"""The page of a watch in Chromium: nothing overflows, light, dark and narrow.

`KERAS_ASD_PICTURE` names a file for a picture of it, see `make picture`.
"""

import os
import pathlib
import time

import pytest

from tests.browser import Browser

pytest.importorskip("flask")
pytest.importorskip("waitress")
from pipelines.watching.page.page_address import PageAddress
from pipelines.watching.page.page_server import PageServer
from tests.pipelines.watching.page.page_cases import TOKEN
from tests.pipelines.watching.page.page_cases import Telling
from tests.pipelines.watching.page.page_cases import make_page
from tests.pipelines.watching.page.page_cases import write_plant

PAGE = "document.documentElement"
OVERFLOW = f"{PAGE}.scrollWidth - {PAGE}.clientWidth"
COLOR = "getComputedStyle(document.body).backgroundColor"
# A name that the form of a fault asks for, too.
FORM = "document.querySelector('.fault').open = true"
# What the tab key reaches, until it comes around.
REACHED = "document.activeElement.id || document.activeElement.tagName"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("plant"), Telling()
    told.entered = [write_plant(folder, time.time())]
    app = make_page(folder, told).app
    server = PageServer(app, PageAddress("127.0.0.1", 0))
    server.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.close()


def test_nothing_overflows_on_phones_and_desktops(url, tmp_path):
    with Browser(tmp_path) as browser:
        for width, is_dark in ((390, True), (390, False), (1280, False)):
            browser.resize(width, is_dark=is_dark)
            browser.open(f"{url}enter#{TOKEN}")
            browser.wait("document.querySelector('#open audio')")
            if width > 1000 and (path := os.environ.get("KERAS_ASD_PICTURE")):
                browser.picture(pathlib.Path(path))
            is_white = browser.ask(COLOR) == "rgb(255, 255, 255)"
            assert is_white is not is_dark
            browser.ask(FORM)
            for link in ("#machines a", ".tabs a:last-child", ".card h3 a"):
                assert browser.ask(OVERFLOW) == 0, link
                browser.click(link)
            assert browser.ask("document.querySelectorAll('svg').length") == 4
            assert browser.ask(OVERFLOW) == 0
        assert browser.errors == []


def test_the_keyboard_reaches_each_answer(url, tmp_path):
    with Browser(tmp_path) as browser:
        browser.resize(1280)
        browser.open(f"{url}enter#{TOKEN}")
        browser.wait("document.querySelector('#open audio')")
        reached = []
        for _ in range(60):
            browser.press_tab()
            reached.append(browser.ask(REACHED))
        for name in ("machine-1", "AUDIO", "normal-4", "fault-4", "seen-4"):
            assert name in reached, reached
        assert browser.ask(
            "getComputedStyle(document.activeElement).outlineWidth"
        )
