"""The REST interface of TensorFlow Serving, as far as our client asks."""

import base64
import http.server
import json
import re

from tests.serving.refusal import HTTP_STATUS
from tests.serving.refusal import Refusal

MODEL = r"/v1/models/([^/:]+)(?:/versions/\d+)?"
GARBAGE = b"<html>It works!</html>"


def make_handler(models, faults):
    """The handler class of an HTTP server."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self._reply(lambda: models.status(self._name(MODEL)))

        def do_POST(self):
            body = json.loads(
                self.rfile.read(int(self.headers["Content-Length"]))
            )
            if self.path == "/faults":
                num_requests = faults.num_requests
                faults.order(body)
                self._send(200, {"num_requests": num_requests})
            else:
                self._reply(lambda: self._predict(body))

        def _name(self, pattern):
            if not (found := re.fullmatch(pattern, self.path)):
                raise Refusal("INVALID_ARGUMENT", f"Malformed: {self.path}")
            return found[1]

        def _predict(self, body):
            fault = faults.take()
            if fault == "garbage":
                return None
            if fault == "drop":
                raise BrokenPipeError
            name = self._name(MODEL + ":predict")
            signature = body.get("signature_name", "serving_default")
            inputs = {
                key: [_bytes_of(row) for row in value]
                for key, value in body["inputs"].items()
            }
            outputs = models.predict(name, signature, inputs)
            return {
                "outputs": {
                    key: _as_json(key, value.tolist())
                    for key, value in outputs.items()
                }
            }

        def _reply(self, answer):
            try:
                self._send(200, answer())
            except Refusal as refusal:
                status = HTTP_STATUS[refusal.code]
                self._send(status, {"error": refusal.message})
            except BrokenPipeError:
                self.close_connection = True

        def _send(self, status, answer):
            body = GARBAGE if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    return Handler


def _bytes_of(row):
    return base64.b64decode(row["b64"]) if isinstance(row, dict) else row


def _as_json(name, rows):
    if name.endswith("_bytes"):
        return [{"b64": base64.b64encode(row).decode()} for row in rows]
    return [row.decode() if isinstance(row, bytes) else row for row in rows]
