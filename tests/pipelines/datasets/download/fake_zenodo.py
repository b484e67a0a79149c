"""A server of Zenodo's shape, with faults to order."""

import contextlib
import hashlib
import http.server
import io
import json
import re
import threading
import zipfile

# Records of DCASE 2020.
DEVELOPMENT = 3678171
ADDITIONAL = 3727685
EVALUATION = 3841772


def pack(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


class FakeZenodo:
    """Records and files in memory; what was asked and sent is kept."""

    def __init__(self):
        self.files = {}  # record -> name -> bytes
        self.checksums = {}  # (record, name) -> told in place of the true one
        self.has_range = True
        # By how many bytes what it sends begins too early.
        self.lags = []
        self.is_nested = False
        self.links_to = "https://zenodo.org"
        self.cuts = []  # bytes after which each of the next answers ends
        self.statuses = []  # of each of the next answers, None for a good one
        self.retry_after = None  # header of those that are not good
        self.requests = []  # (path, Range)
        self.num_sent = {}  # path -> bytes of content

    def add(self, record, name, content):
        self.files.setdefault(record, {})[name] = content

    def record_json(self, number):
        entries = [
            self._entry(number, name, content)
            for name, content in self.files[number].items()
        ]
        files = entries
        if self.is_nested:
            files = {"entries": {entry.pop("key"): entry for entry in entries}}
        return {"id": number, "metadata": {"title": "Fans"}, "files": files}

    def _entry(self, number, name, content):
        link = f"{self.links_to}/api/records/{number}/files/{name}"
        checksum = self.checksums.get(
            (number, name), f"md5:{hashlib.md5(content).hexdigest()}"
        )
        links = {"self": f"{link}/content"}
        if self.is_nested:
            links = {"self": link, "content": f"{link}/content"}
        return {
            "key": name,
            "size": len(content),
            "checksum": checksum,
            "links": links,
        }

    def downloads(self):
        return [path for path, _ in self.requests if "/files/" in path]

    @contextlib.contextmanager
    def running(self):
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), make_handler(self)
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            self.url = f"http://127.0.0.1:{server.server_port}"
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def make_handler(zenodo):
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_GET(self):
            asked = self.headers.get("Range")
            zenodo.requests.append((self.path, asked))
            status = zenodo.statuses.pop(0) if zenodo.statuses else None
            if status:
                return self.fail(status)
            match = re.fullmatch(
                r"/api/records/(\d+)(?:/files/([^/]+)/content)?", self.path
            )
            number = int(match[1]) if match else None
            if number not in zenodo.files:
                return self.send_error(404)
            if match[2] is None:
                return self.answer(json.dumps(zenodo.record_json(number)), None)
            if match[2] not in zenodo.files[number]:
                return self.send_error(404)
            self.answer(zenodo.files[number][match[2]], asked)

        def fail(self, status):
            self.send_response(status)
            if zenodo.retry_after:
                self.send_header("Retry-After", zenodo.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def answer(self, content, asked):
            is_file = isinstance(content, bytes)
            content = content if is_file else content.encode()
            offset = 0
            if asked and zenodo.has_range:
                offset = int(asked.removeprefix("bytes=").removesuffix("-"))
                offset -= zenodo.lags.pop(0) if zenodo.lags else 0
                self.send_response(206)
                self.send_header(
                    "Content-Range",
                    f"bytes {offset}-{len(content) - 1}/{len(content)}",
                )
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content) - offset))
            self.end_headers()
            sent = content[offset:]
            if is_file and zenodo.cuts:
                sent = sent[: zenodo.cuts.pop(0)]
            self.wfile.write(sent)
            if is_file:
                before = zenodo.num_sent.get(self.path, 0)
                zenodo.num_sent[self.path] = before + len(sent)

    return Handler
