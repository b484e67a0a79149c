import contextlib
import http.server
import json
import socket
import threading

import numpy as np
import pytest
import requests

from pipelines.client.rest_model import RestModel
from pipelines.client.retries import RETRIES
from pipelines.client.server_error import ServerError

INPUTS = {"waveform": np.zeros((1, 8), "float32")}
GOOD = b'{"outputs": {"anomaly_score": [0.5]}}'


@pytest.fixture
def pauses(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@contextlib.contextmanager
def answering(*answers):
    """A model behind raw answers, one a connection; their requests."""
    answers, requests_seen = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            requests_seen.append(json.loads(self.rfile.read(length)))
            self.wfile.write(answers.pop(0) if answers else b"")

        def log_message(self, *words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1/models/fan"
        yield RestModel(url), requests_seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(status, body=GOOD, *headers):
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def test_pauses_grow_with_jitter(pauses):
    answers = [answer(503), b"", answer(429), answer(502), answer(200)]
    with answering(*answers) as (model, seen):
        outputs = model.predict("serving_default", INPUTS)
    assert outputs == {"anomaly_score": [0.5]}
    assert len(seen) == 5 and all(one == seen[0] for one in seen)
    assert [int(2 * pause) / 2 for pause in pauses] == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(("asked", "waited"), [("7", 7), ("90000", 30)])
def test_a_server_chooses_the_pause_within_reason(pauses, asked, waited):
    busy = answer(503, b"", f"Retry-After: {asked}")
    with answering(busy, answer(200)) as (model, _):
        model.predict("serving_default", INPUTS)
    assert pauses == [waited]


def test_after_the_last_retry_the_reason_is_given(pauses):
    busy = answer(503, b'{"error": "still loading"}')
    with answering(*[busy] * 9) as (model, seen):
        with pytest.raises(ServerError, match="HTTP 503: still loading"):
            model.predict("serving_default", INPUTS)
    assert len(seen) == 1 + RETRIES.total


@pytest.mark.parametrize(
    ("raw", "error", "said"),
    [
        (answer(400, b'{"error": "bad"}'), ValueError, "HTTP 400: bad"),
        (answer(302, b"", "Location: /x"), ValueError, "HTTP 302"),
        (b"220 mail.example ESMTP\r\n", ServerError, "no TensorFlow Serving"),
        (answer(200)[:-9], ServerError, "no TensorFlow Serving"),
    ],
)
def test_what_a_retry_cannot_mend_is_not_retried(pauses, raw, error, said):
    with answering(raw) as (model, seen):
        with pytest.raises(error, match=said):
            model.predict("serving_default", INPUTS)
    assert len(seen) == 1 and not pauses


def test_what_is_not_finite_is_for_the_server_to_judge(pauses):
    with answering(answer(400, b'{"error": "NaN"}')) as (model, seen):
        with pytest.raises(ValueError, match="HTTP 400: NaN"):
            model.predict("serving_default", {"waveform": np.array([np.nan])})
    assert np.isnan(seen[0]["inputs"]["waveform"][0])


def test_an_unknown_host_is_not_retried(pauses, monkeypatch):
    def refuse(*arguments, **options):
        pauses.append("resolved")
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    model = RestModel("http://nobody.invalid:8501/v1/models/fan")
    with pytest.raises(ServerError, match="not known. Does it run"):
        model.predict("serving_default", INPUTS)
    assert pauses == ["resolved"]


def test_no_password_of_the_user_is_sent(pauses, monkeypatch):
    auths = []
    monkeypatch.setattr(
        requests.sessions, "get_netrc_auth", lambda url: auths.append(url)
    )
    with answering(answer(200)) as (model, _):
        model.predict("serving_default", INPUTS)
    assert not auths
