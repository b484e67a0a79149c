"""Parts of the page: trend, address, token, and what is told of an alarm."""

import socket
import sys
import threading
import time
import urllib.request

import numpy as np
import pytest

from pipelines.watching.events import KINDS
from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.outlets.outlet_settings import OutletSettings
from pipelines.watching.page.machine_view import view_machine
from pipelines.watching.page.page_address import PageAddress
from pipelines.watching.page.page_address import read_page_address
from pipelines.watching.page.page_token import own_token
from pipelines.watching.page.page_token import read_token
from pipelines.watching.page.told import MAX_WAITING
from pipelines.watching.page.told import Told
from pipelines.watching.page.trend import read_trend
from pipelines.watching.page.trend_pictures import strip_picture
from pipelines.watching.page.trend_pictures import trend_picture
from tests.watch_tools import wait_for

pytest.importorskip("flask")
pytest.importorskip("waitress")
from pipelines.watching.page.page_server import PageServer
from tests.pipelines.watching.page.page_cases import FAN
from tests.pipelines.watching.page.page_cases import PROMISED
from tests.pipelines.watching.page.page_cases import PROVISIONAL
from tests.pipelines.watching.page.page_cases import make_page
from tests.pipelines.watching.page.page_cases import state
from tests.pipelines.watching.page.page_cases import write_history
from tests.pipelines.watching.page.page_cases import write_windows


def test_the_trend_is_what_a_loop_over_the_windows_counts(tmp_path):
    with History(tmp_path / "history.sqlite") as history:
        write_windows(history, FAN, 1e9, 1e9 + 7200, 7.0)
        until, width = 1e9 + 7193, 600.0
        trend = read_trend(history, FAN, until, width, 24, PROMISED)
        windows = history.windows(FAN)
        for place in range(24):
            begin = trend.since + place * width
            inside = [
                one.anomaly_score
                for one in windows
                if begin <= one.time < begin + width
            ]
            assert trend.num_heard[place] == len(inside)
            if inside:
                expected = min(inside), np.mean(inside), max(inside)
                assert np.allclose(trend.levels[:, place], expected)
        assert trend.until - width <= until < trend.until
        assert len(trend.heard(3).num_heard) == (trend.num_heard > 0).sum()
        assert len(trend.heard(20).num_heard) == 20
        assert trend.heard(3).until == trend.until
        assert trend.num_heard.sum() == len(windows)
        low, mean, high = read_trend(
            history, FAN, until, width, 24, PROVISIONAL
        ).levels
        known = np.isfinite(mean)
        p_values = [one.p_value for one in windows]
        assert np.nanmax(high) == pytest.approx(-np.log10(min(p_values)))
        assert (low[known] <= mean[known]).all()
        assert (mean[known] <= high[known]).all()
    svg = trend_picture(trend, PROMISED, [(1e9, 1e9 + 600)])
    assert svg.count("<polyline") == 2 and "spell" in svg
    strip = strip_picture(trend, [(1e9, 1e9 + 300)])
    assert strip.count("<rect") == 24 and 'class="strange"' in strip


def test_a_machine_says_what_is_wrong_with_it(tmp_path, monkeypatch):
    known = {"drift": "drifts", "drift_ended": "no longer"}
    monkeypatch.setattr("pipelines.watching.events.KINDS", KINDS | known)
    with History(tmp_path / "history.sqlite") as history:
        write_windows(history, FAN, 1e9, 1e9 + 60)
        history.write(states={FAN: state(PROVISIONAL)})
        lost = Event("source_lost", 1e9, "hall", FAN, "Unplugged.")
        history.write(events=[lost, Event("drift", 1e9, "", FAN, "Louder.")])
        view = view_machine(history, FAN, "cannot judge")
        assert (view.why, view.drift) == ("Unplugged.", "Louder.")
        assert view.title == "Cannot be judged"
        assert view_machine(history, FAN, "normal").title == "Drifts"
        assert view.is_provisional and view.promise.startswith("provisional")
        assert view.last_heard and not view.muted
        history.mute(FAN, time.time() + 60)
        history.write(events=[Event("drift_ended", 1e9, "", FAN, "Usual.")])
        view = view_machine(history, FAN, "normal")
        assert view.muted and not view.drift and not view.why


@pytest.mark.parametrize(
    ("page", "more", "text"),
    [
        ("one", {}, "must be PORT or"),
        ("99999", {}, "must be PORT or"),
        ("http://localhost:80", {}, "must be PORT or"),
        ("0.0.0.0:80", {}, "must ask who they are"),
        ("[::]:80", {}, "must ask who they are"),
    ],
)
def test_a_page_for_others_wants_a_guard(page, more, text):
    with pytest.raises(ValueError, match=text):
        read_page_address(OutletSettings(page=page, **more))


def test_a_guarded_page_may_be_for_others():
    for guard in ({"page_token_file": "a"}, {"page_user_header": "X-User"}):
        settings = OutletSettings(page="0.0.0.0:80", **guard)
        address = read_page_address(settings)
        assert address.host == "0.0.0.0" and not address.is_local
        assert address.answers_to("192.168.0.7:80")
        assert not address.answers_to("evil.example:80")


def test_a_token_stays_and_is_its_users_own(tmp_path):
    path = own_token(tmp_path)
    token = read_token(path)
    assert own_token(tmp_path) == path and read_token(path) == token
    for text in ("", "short", "two words that are long", "ä" * 20):
        path.write_text(text)
        with pytest.raises(ValueError, match="16 characters or more"):
            read_token(path)


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Feedback by a command that says what it was told; `no` is refused."""
    command = tmp_path / "command"
    command.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "name = sys.argv[-1].removeprefix('--name=')\n"
        "if name == 'no': sys.exit('keras-asd: error: A rule. Received: no.')\n"
        "print(os.environ['LOGNAME'], *sys.argv[3:])\n"
    )
    command.chmod(0o700)
    monkeypatch.setattr("pipelines.watching.page.told.sys.executable", command)
    opened = Told("run", tmp_path, ["mine"])
    yield opened
    opened.close()


def test_what_is_told_goes_to_the_command_in_order(told, tmp_path):
    told._trust = ()
    jobs = [told.fault(7, FAN, tmp_path / "a", name, "me") for name in "ab"]
    jobs.append(told.fault(8, FAN, tmp_path / "a", "no", "page: Zoë"))
    wait_for(lambda: all(job.is_over for job in jobs))
    words = f"me feedback run --fault {tmp_path}/a --machine={FAN} --name="
    assert [job.lines for job in jobs[:2]] == [[words + "a"], [words + "b"]]
    assert (jobs[2].state, jobs[2].lines) == (
        "refused",
        ["A rule. Received: no."],
    )
    assert told.shown() == jobs[::-1]


def test_too_much_at_once_is_refused(told, tmp_path, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(told, "_run", lambda job: (go_on.wait(30), []))
    for number in range(MAX_WAITING):
        told.normal(number, FAN, tmp_path / "a", "me")
    with pytest.raises(ValueError, match="one after the other"):
        told.normal(99, FAN, tmp_path / "a", "me")
    go_on.set()
    wait_for(lambda: all(job.is_over for job in told.shown()))


def test_slow_clients_hold_nobody_up(tmp_path):
    write_history(tmp_path)
    app = make_page(tmp_path).app
    server = PageServer(app, PageAddress("127.0.0.1", 0))
    server.start()
    slow = []
    with pytest.raises(ValueError, match="free port of this machine"):
        PageServer(app, PageAddress("127.0.0.1", server.port))
    try:
        for _ in range(10):
            client = socket.create_connection(("127.0.0.1", server.port))
            client.sendall(
                b"POST /enter HTTP/1.1\r\nContent-Length: 99\r\n\r\na"
            )
            slow.append(client)
        url = f"http://127.0.0.1:{server.port}/style.css"
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.status == 200
    finally:
        for client in slow:
            client.close()
        server.close()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=2)
