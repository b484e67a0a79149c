import http.server
import socket
import subprocess
import threading
import time

import numpy as np
import pytest
import soundfile

from pipelines.audio.libsndfile import decode_clip
from pipelines.watching.sources import recorder_source
from pipelines.watching.sources.stream_source import StreamSource
from pipelines.watching.sources.stream_source import mask_address
from tests.pipelines.watching.sources.listening import RATE
from tests.pipelines.watching.sources.listening import listen
from tests.pipelines.watching.sources.listening import windows_of
from tests.pipelines.watching.sources.small_rtsp_server import rtsp_server

SECRET = "s3cr%40t"


@pytest.fixture(autouse=True)
def quick(monkeypatch, pyav):
    pauses = [0.01] * 99
    monkeypatch.setattr(recorder_source, "growing_pauses", lambda: iter(pauses))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def http_server():
    """Answers each request with the next of `answers`; `None` is silence."""
    ended = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        answers = []

        def do_GET(self):
            status, *parts = self.answers.pop(0) if self.answers else [404]
            self.send_response(status)
            self.end_headers()
            for part in parts:
                if part is None:
                    ended.wait(20)
                else:
                    self.wfile.write(part)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Handler.url = (
        f"http://me:{SECRET}@127.0.0.1:{server.server_port}/a?token=t0k3n"
    )
    yield Handler
    ended.set()
    server.shutdown()
    server.server_close()


def test_a_stream_that_dies_comes_back(http_server, write_hum):
    path = write_hum("a.flac", seconds=2, sampling_rate=44_100)
    content = path.read_bytes()
    http_server.answers[:] = [[200, content], [503], [503], [200, content]]
    source = StreamSource("gate", "fan/all", http_server.url)
    found = listen(source, 6)
    kinds = [getattr(one, "kind", one) for one in found]
    assert kinds[2:4] == ["source_lost", "source_back"]
    assert "ended" in found[2].message
    windows = windows_of(found)
    whole = decode_clip(path, RATE)
    assert [one.start for one in windows] == [0, 8_000, 0, 8_000]
    assert [one.follows for one in windows] == [False, True, False, True]
    for one in windows:
        expected = whole[one.start :][:RATE]
        np.testing.assert_allclose(one.waveform, expected, atol=1e-4)
        assert one.time == pytest.approx(time.time() - 2, abs=2)


def test_a_dead_peer_is_found_and_no_secret_is_said(http_server, write_hum):
    content = write_hum("a.wav", seconds=1.5).read_bytes()
    http_server.answers[:] = [[200, content, None]]
    source = StreamSource(
        "gate", "fan/all", http_server.url, timeout_seconds=0.5
    )
    *_, notice = listen(source, 3)
    assert notice.message == "No sound for 0.5 s."
    http_server.answers[:] = [[401]]
    (notice,) = listen(source, 1)
    assert "401" in notice.message
    for secret in (SECRET, "s3cr@t", "t0k3n", "me:"):
        assert secret not in notice.message + source.shown


def test_a_stop_ends_a_stream_that_says_nothing(http_server):
    http_server.answers[:] = [[200, None]]
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    begun = time.monotonic()
    source = StreamSource("gate", "fan/all", http_server.url)
    assert listen(source, stop=stop) == []
    assert time.monotonic() - begun < 1.5


def test_ffmpeg_is_heard(ffmpeg, write_hum):
    path = write_hum("a.wav", seconds=2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"http://127.0.0.1:{port}/a.mp3"
    words = f"{ffmpeg} -v error -i {path} -c:a libmp3lame -f mp3 -listen 1"
    with subprocess.Popen([*words.split(), url]) as process:
        found = windows_of(listen(StreamSource("gate", "fan/all", url), 3))
        process.terminate()
    heard = np.abs(np.fft.rfft(found[-1].waveform))
    assert heard.argmax() == 120  # Hz, of a window of a second.


def test_rtsp_is_heard_with_a_password(noise):
    samples = np.round(noise[:, 0] * 32_767).astype("int16")
    with rtsp_server(samples, "me:secret") as port:
        url = f"rtsp://me:secret@127.0.0.1:{port}/a"
        source = StreamSource("gate", "fan/all", url, timeout_seconds=1)
        window, notice = listen(source, 2)
        np.testing.assert_array_equal(window.waveform, samples / 32_768)
        assert notice.message == "No sound for 1 s."
        url = url.replace("secret", "wrong")
        (notice,) = listen(StreamSource("gate", "fan/all", url), 1)
        assert "401" in notice.message


def test_a_stream_of_sound_must_be_there(http_server, tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros(RATE), RATE)
    http_server.answers[:] = [[200, path.read_bytes()]] * 2
    (notice,) = listen(StreamSource("", "", http_server.url, stream=1), 1)
    assert "No stream of sound 1" in notice.message
    (notice,) = listen(StreamSource("", "", http_server.url, channel=1), 1)
    assert "No channel 1" in notice.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://cam:554/1", "rtsp://cam:554/1"),
        ("rtsp://me:p@ss@cam/1", "rtsp://***@cam/1"),
        ("rtsp://me:p?/@ss@cam/1", "rtsp://***@cam/1"),
        ("http://host/a@b", "http://***@b"),
        ("http://host/a?user=me&password=x#y", "http://host/a?***"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url, shown):
    assert mask_address(url) == shown
