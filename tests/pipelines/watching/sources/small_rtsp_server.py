"""A small RTSP server (RFC 2326) that sends one sound."""

import base64
import contextlib
import re
import socketserver
import struct
import threading

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\n"
    "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/16000/1\r\n"
    "a=control:track0\r\n"
)
SAMPLES = 480


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(ConnectionError):
            while request := self.read_request():
                self.answer(*request)

    def read_request(self):
        lines = []
        while (line := self.rfile.readline().decode().strip()) or not lines:
            if not line:
                return None
            lines.append(line)
        headers = dict(one.lower().split(": ", 1) for one in lines[1:])
        found = re.search("(?i)authorization: basic (.*)", "\n".join(lines))
        key = base64.b64decode(found[1]).decode() if found else ""
        return lines[0].split()[0], headers, key

    def answer(self, method, headers, key):
        status, more, body = "200 OK", ["Session: 1"], ""
        if key != self.server.key and method != "OPTIONS":
            status, more = (
                "401 Unauthorized",
                ['WWW-Authenticate: Basic realm="x"'],
            )
        elif method == "DESCRIBE":
            more, body = ["Content-Type: application/sdp"], SDP
        elif method == "SETUP":
            more.append("Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
        more = [
            f"CSeq: {headers['cseq']}",
            f"Content-Length: {len(body)}",
            *more,
        ]
        lines = [f"RTSP/1.0 {status}", *more, "", body]
        self.wfile.write("\r\n".join(lines).encode())
        if method == "PLAY" and status == "200 OK":
            self.play()

    def play(self):
        """Sends all at once, and then nothing until the server ends."""
        samples = self.server.samples
        for index, first in enumerate(range(0, len(samples), SAMPLES)):
            payload = samples[first : first + SAMPLES].astype(">i2").tobytes()
            packet = struct.pack(">BBHII", 0x80, 97, index, first, 1) + payload
            self.wfile.write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
        self.server.ended.wait(20)


@contextlib.contextmanager
def rtsp_server(samples, key):
    """Yields the port of a server; int16 samples, `user:password`."""
    kind = socketserver.ThreadingTCPServer
    kind.allow_reuse_address = kind.daemon_threads = True
    with kind(("127.0.0.1", 0), Handler) as server:
        server.samples, server.key = samples, key
        server.ended = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.ended.set()
        server.shutdown()
