"""Requests of the page that are answered, and who is said to have asked."""

import re

import pytest

pytest.importorskip("flask")
from pipelines.files.names import escape_name
from pipelines.runs.feedback_journal import Entry
from pipelines.watching.history import History
from tests.pipelines.watching.page.page_cases import FAN
from tests.pipelines.watching.page.page_cases import TOKEN
from tests.pipelines.watching.page.page_cases import make_page
from tests.pipelines.watching.page.page_cases import write_history
from tests.pipelines.watching.page.page_client import BASE
from tests.pipelines.watching.page.page_client import OWN
from tests.pipelines.watching.page.page_client import client_of
from tests.pipelines.watching.page.page_client import csrf_of
from tests.pipelines.watching.page.page_client import post
from tests.pipelines.watching.page.page_client import why


def test_who_has_the_token_sees_machines_and_tells_that_it_was_normal(page):
    client = client_of(page)
    text = client.get("/", base_url=BASE).text
    assert FAN in text and "/sound/1.flac" in text
    data = {"csrf": csrf_of(client)}
    assert post(client, "/alarm/1/normal", data).status_code == 303
    (told,) = page.told.told
    assert told[:3] == ("normal", 1, FAN) and told[4] == "page"
    assert told[3].name.endswith("_alarm_1.flac")


def test_an_alarm_is_answered_once(page):
    client = client_of(page)
    client.get("/", base_url=BASE)
    name = next(page.history.with_name("sounds").glob("*/*.flac")).absolute()
    page.told.entered = [
        Entry(
            1,
            "normal",
            FAN,
            "",
            "",
            "me",
            {escape_name(name): ""},
            "",
        )
    ]
    answer = post(client, "/alarm/1/normal", {"csrf": csrf_of(client)})
    assert answer.status_code == 409 and "undo that first" in why(answer)
    answer = post(client, "/entry/1/undo", {"csrf": csrf_of(client)})
    assert page.told.told == [("undo", 1, "page")]


def test_a_proxy_says_who_it_is(folder):
    page = make_page(folder, token=None, user_header="X-User")
    client = page.app.test_client()
    answer = client.get("/", base_url=BASE)
    assert answer.status_code == 401 and "in X-User" in why(answer)
    headers = {**OWN, "X-User": "Zo\xc3\xab\x1b"}
    text = client.get("/", headers=headers, base_url=BASE).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', text)[1]
    data = {"csrf": csrf, "name": "loose screw"}
    answer = post(client, "/alarm/1/fault", data, headers)
    assert answer.status_code == 303
    assert page.told.told[0][4:] == ("loose screw", "page: Zoë\\x1b")


def test_answers_carry_a_strict_policy(page):
    client = client_of(page)
    for path in ("/", "/enter", "/sound/1.flac", "/nowhere", "/style.css"):
        with client.get(path, base_url=BASE) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy and "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    text = client.get("/alarm/1", base_url=BASE).text
    assert not re.findall(r'\son\w+=|\sstyle=|<style|(?:src|href)="http', text)
    cookie = client.post(
        "/enter", data={"token": TOKEN}, headers=OWN, base_url=BASE
    ).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie


def test_people_mute_and_acknowledge(tmp_path):
    write_history(tmp_path)
    page = make_page(tmp_path)
    client = client_of(page)
    csrf = csrf_of(client)
    assert post(client, "/alarm/1/seen", {"csrf": csrf}).status_code == 303
    assert "Acknowledged by page." in client.get("/", base_url=BASE).text
    for hours, text in (("8", "Muted until"), ("0", "Alarms of a muted")):
        data = {"csrf": csrf, "machine": FAN, "hours": hours}
        where = post(client, "/machine/mute", data).headers["Location"]
        assert text in client.get(where, base_url=BASE).text
    with History(page.history) as history:
        kinds = [event.kind for event in history.events_after(1)]
        assert kinds == ["acknowledged", "muted", "muted"]
        assert history.events_after(3)[0].message == "No longer muted, by page."
