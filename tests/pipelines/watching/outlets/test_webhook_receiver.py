"""Events by POST, at a web server that fails to order."""

import http.server
import json
import logging
import socket
import ssl
import subprocess
import threading

import pytest

from pipelines.watching.events import Event
from pipelines.watching.history import History
from pipelines.watching.outlets.receivers import Delivery
from pipelines.watching.outlets.webhook_receiver import WebhookReceiver
from tests.watch_tools import find_program
from tests.watch_tools import wait_for

EVENT = Event("alarm", 1.0, "line 3", "fan", "Unusual.", {"p": 0.1}, index=7)


class Server:
    """Answers by `statuses`, then with 204, and keeps what it got."""

    def __init__(self, *statuses, certificate=None):
        self.statuses = list(statuses)
        self.got = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                names = {key.title(): one for key, one in self.headers.items()}
                outer.got.append((names, json.loads(body)))
                status = outer.statuses.pop(0) if outer.statuses else 204
                if status == "hang up":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(status)
                self.send_header("Location", outer.url + "elsewhere")
                self.end_headers()

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *args):
                pass

        self.server = Quiet(("127.0.0.1", 0), Handler)
        scheme = "http"
        if certificate:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True
            )
        self.url = (
            f"{scheme}://127.0.0.1:{self.server.server_port}/hook?key=s3c"
        )
        self.thread = threading.Thread(
            target=self.server.serve_forever, args=(0.05,)
        )
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def serve(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    servers = []

    def serve(*statuses, **options):
        servers.append(Server(*statuses, **options))
        return servers[-1]

    yield serve
    for server in servers:
        server.close()


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text("t0ken\n")
    return path


def test_an_event_is_posted_as_json_with_its_key(serve, token):
    server = serve(200)
    receiver = WebhookReceiver(server.url, str(token))
    receiver.send(EVENT)
    receiver.send(EVENT)
    receiver.close()
    (headers, body), (again, _) = server.got
    assert body == json.loads(EVENT.to_json())
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["Idempotency-Key"] == again["Idempotency-Key"]


@pytest.mark.parametrize("status", [302, 401, 408, 429, 500, 503, "hang up"])
def test_what_may_pass_is_an_error_that_comes_again(serve, status):
    receiver = WebhookReceiver(serve(status).url)
    with pytest.raises(OSError, match="^http://127.0.0.1:") as error:
        receiver.send(EVENT)
    assert "s3c" not in str(error.value)
    receiver.send(EVENT)
    receiver.close()


def test_another_4xx_refuses_the_event_for_good(serve):
    receiver = WebhookReceiver(serve(400).url)
    with pytest.raises(ValueError, match="refuses it with HTTP 400"):
        receiver.send(EVENT)
    receiver.close()


def test_a_renewed_token_is_read_again(serve, token):
    server = serve(401)
    receiver = WebhookReceiver(server.url, str(token))
    token.write_text("renewed\n")
    with pytest.raises(OSError, match="HTTP 401"):
        receiver.send(EVENT)
    receiver.send(EVENT)
    assert server.got[1][0]["Authorization"] == "Bearer renewed"
    token.unlink()
    server.statuses = [403]
    with pytest.raises(OSError, match="must be a file of a token"):
        receiver.send(EVENT)
    receiver.close()


def test_all_events_come_in_order_and_no_secret_is_logged(
    serve, token, tmp_path, caplog
):
    server = serve(503, "hang up", 204, 400, 429)
    with (
        caplog.at_level(logging.INFO),
        History(tmp_path / "history.sqlite") as history,
    ):
        receiver = WebhookReceiver(server.url, str(token))
        delivery = Delivery(receiver, history.path, 0.01)
        history.write(events=[EVENT] * 5)
        delivery.wake()
        wait_for(lambda: len(server.got) == 8)
        delivery.close()
    indices = [body["index"] for _, body in server.got]
    assert indices == [1, 1, 1, 2, 3, 3, 4, 5]
    assert "event 2 is left out" in caplog.text
    assert "t0ken" not in caplog.text and "s3c" not in caplog.text


def test_a_server_that_is_not_there_or_says_nothing(serve):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/hook?key=s3c"
        receiver = WebhookReceiver(url, timeout_seconds=0.2)
        with pytest.raises(OSError, match="(?i)time.*out") as error:
            receiver.send(EVENT)
        assert "s3c" not in str(error.value)
    with pytest.raises(OSError, match="Connection refused"):
        receiver.send(EVENT)
    receiver.close()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_server_with_tls_is_trusted_by_its_certificate(serve, tmp_path):
    words = f"{find_program('openssl', 'openssl')} req -x509 -newkey rsa:2048"
    words += " -nodes -days 2 -subj /CN=t -addext subjectAltName=IP:127.0.0.1"
    path = tmp_path / "both.pem"
    words += f" -keyout {path}.key -out {path}"
    subprocess.run(words.split(), check=True, capture_output=True)
    both = tmp_path / "server.pem"
    both.write_text(path.read_text() + path.with_suffix(".pem.key").read_text())
    server = serve(certificate=both)
    trusting = WebhookReceiver(server.url, ca_file=str(path))
    trusting.send(EVENT)
    trusting.close()
    stranger = WebhookReceiver(server.url)
    with pytest.raises(OSError, match="certificate is not trusted"):
        stranger.send(EVENT)
    stranger.close()


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("ftp://s3c.example", "must be an address"),
        ("https://", "must be an address"),
        ("https://me:s3c@example.org", "neither user nor password"),
        ("http://example.org:0/s3c", "must be an address"),
        ("http://example.org:x/s3c", "must be an address"),
        ("http://example.org/s3c", "`token_file` needs an address of https"),
        ("@gone", "or @ and a text file"),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_secret(
    url, rule, token
):
    with pytest.raises(ValueError, match=rule) as error:
        WebhookReceiver(url, str(token))
    assert "s3c" not in str(error.value)


def test_an_address_with_a_secret_comes_from_a_file(serve, tmp_path):
    server = serve()
    (tmp_path / "url").write_text(f"{server.url}\n")
    receiver = WebhookReceiver(f"@{tmp_path / 'url'}")
    receiver.send(EVENT)
    receiver.close()
    assert len(server.got) == 1 and "s3c" not in receiver.name
